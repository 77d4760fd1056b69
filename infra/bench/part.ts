import type { Table } from "./table.ts";

export interface BenchOptions {
  /** How often every variant has its turn. */
  readonly rounds: number;
  /** How long a measured turn takes. */
  readonly seconds: number;
  /** Only to see that everything works, in seconds: the figures mean nothing, and a missed aim is no failure. */
  readonly quick: boolean;
  /** Also count the processor's instructions, where the part and the machine can. */
  readonly instructions: boolean;
  /** Aborted by Ctrl-C: whoever waits stops waiting, closes what it started, and rejects. */
  readonly signal: AbortSignal;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

export interface BenchResult {
  readonly tables: readonly Table[];
  /** SVG pictures by file name, in the order of the page. */
  readonly charts: Readonly<Record<string, string>>;
  /** The aims that were missed, a sentence each. */
  readonly misses: readonly string[];
  /** How it was measured, and what with: a line each. */
  readonly notes: readonly string[];
}

/** One comparison of `npm run bench`. */
export interface BenchPart {
  /** As it is asked for on the command line. */
  readonly name: string;
  readonly title: string;
  /** One line of `--help`. */
  readonly help: string;
  /** @throws Error when a program is missing that it cannot do without, with the command that adds it. */
  requirePrograms?(): void;
  /** Whatever it starts is closed when the promise settles. */
  run(options: BenchOptions): Promise<BenchResult>;
}
