import type { Paint } from "./paint.ts";

/** Where a command's words go. What was asked for goes to the standard output, everything beside it to the other. */
export interface Output {
  /** Lines of the answer. */
  print(...lines: readonly string[]): void;
  /** The answer for machines: one document, or one line of several. */
  printJson(value: unknown, form?: "document" | "line"): void;
  /** A sentence beside the answer. */
  say(line: string): void;
  /** A line that the next one overwrites; "" takes it away. Nothing where the standard error is no terminal. */
  show(line: string): void;
  /** Whether {@link show} shows anything. */
  readonly live: boolean;
  /** For what is printed, and for what is said. */
  readonly paint: Paint;
  readonly paintAside: Paint;
  /** How wide the terminal is that is printed to; undefined where it is none. */
  readonly columns: number | undefined;
}

interface Stream {
  write(text: string): unknown;
  readonly columns?: number;
}

const clearLine = "\r\u001B[K";

export function createOutput(options: {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly live: boolean;
  readonly paint: Paint;
  readonly paintAside: Paint;
  readonly columns: number | undefined;
}): Output {
  const { stdout, stderr, live, paint, paintAside, columns } = options;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write(clearLine);
    shown = false;
  };
  const print = (...lines: readonly string[]) => {
    clear();
    for (const line of lines) stdout.write(`${line}\n`);
  };
  return {
    print,
    printJson: (value, form = "document") => print(JSON.stringify(value, undefined, form === "line" ? undefined : 2)),
    say(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    show(line) {
      if (!live) return;
      clear();
      if (line === "") return;
      stderr.write(line);
      shown = true;
    },
    live,
    paint,
    paintAside,
    columns,
  };
}
