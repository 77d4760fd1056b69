import type { InferredOptionTypes, Options, PositionalOptions } from "yargs";
import type { ExitName } from "./exit-codes.ts";
import type { World } from "./world.ts";

type Rows = Readonly<Record<string, Options>>;
/** What both yargs' types of an option and of a positional argument have. */
type PositionalRows = Readonly<Record<string, PositionalOptions & { readonly type: "string" }>>;

/** What completions ask a service for: ids of jobs, of all or of those that have not ended. */
export type Suggested = "jobs" | "jobs that go on";

/** A command as data: the command line, its help, its completions and the README are made from it. */
export interface Command {
  /** In yargs' spelling: `job <id>` needs an id, `submit [file]` may do without. */
  readonly synopsis: string;
  readonly summary: string;
  /** In the order of the synopsis. */
  readonly positionals: PositionalRows;
  readonly options: Rows;
  /** Command lines without the name of the program, and what each does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** What its first argument may be, as far as a service must be asked. */
  readonly suggests?: Suggested;
  run(given: Readonly<Record<string, unknown>>, world: World): Promise<ExitName>;
}

/** Types what `run` is given by what is declared. */
export function defineCommand<const P extends PositionalRows, const O extends Rows>(
  command: Omit<Command, "run" | "positionals" | "options"> & {
    readonly positionals: P;
    readonly options: O;
    run(given: InferredOptionTypes<P & O>, world: World): Promise<ExitName>;
  },
): Command {
  return command;
}

/** The first word of the synopsis. */
export function nameOf({ synopsis }: Pick<Command, "synopsis">): string {
  return synopsis.split(" ", 1)[0] ?? "";
}
