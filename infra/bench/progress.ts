import { stderr } from "node:process";

/** On a terminal one line is written over; elsewhere there is a line now and then. */
const everyMs = stderr.isTTY ? 200 : 5_000;

/** "10000 jobs: deliveries 500 of 100000, 7300/s, 14 s left" on the standard error output, while `tell` is called. */
export function createProgress(label: string) {
  let current = "";
  let startedAt = 0;
  let shownAt = 0;
  let lastAt = performance.now();
  return {
    tell(doing: string, done: number, of: number): void {
      const now = performance.now();
      if (doing !== current) [current, startedAt] = [doing, lastAt];
      lastAt = now;
      if (now - shownAt < everyMs && done < of) return;
      shownAt = now;
      const rate = done / Math.max((now - startedAt) / 1_000, 0.001);
      const left = Math.ceil((of - done) / rate);
      const text = `${label}: ${doing} ${done} of ${of}, ${Number(rate.toPrecision(2))}/s, ${left} s left`;
      stderr.write(stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
    },
    end(): void {
      if (stderr.isTTY && current !== "") stderr.write("\n");
    },
  };
}
