/** Whether a version such as `28.2.2` or `20.10.24+dfsg1` is the least one such as `20.10`, or newer. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string) => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? "").split(".").map(Number);
  const [have, need] = [numbers(version), numbers(least)];
  const different = need.findIndex((number, index) => number !== (have[index] ?? 0));
  return different === -1 || (have[different] ?? 0) > (need[different] ?? 0);
}
