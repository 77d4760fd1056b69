/** What a command answers with `--json`. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Where a command says what it does: with `--json` standard output is for its answer alone. */
export function streamOfWords(json: boolean): NodeJS.WriteStream {
  return json ? process.stderr : process.stdout;
}
