import { parseArgs } from "node:util";
import { errorMessage } from "../../app/error-message.ts";
import { port as portSchema } from "../../app/setting-row.ts";

export const usage = `Usage: npm run demo [-- --short] [-- --keep] [-- --port N]

A guided tour of two minutes: a service of its own does jobs, then one thing after the other goes wrong with it, an alert tells of
each, and it is put right. Every line is said only after the API has shown that it is true. It uses a temporary folder, needs
nothing else to be running and asks nothing; at its end, or at Ctrl-C, everything is stopped and removed.

  --short   jobs and one fault: half a minute
  --keep    stays at the end, with the page open, until Ctrl-C
  --port N  the port of the page; 0, which is usual, takes a free one
  --help    this text

With Prometheus and Alertmanager installed the alerts are shown, and time runs faster for them; else they are left out.
The exit code is 0 when every line was true, 1 when one was not, 2 for a command that is wrong, 69 when the service does not
start, and 130 after Ctrl-C on the way.
`;

/** The command is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Command {
  readonly help: boolean;
  readonly short: boolean;
  readonly keep: boolean;
  readonly port: number;
}

const options = {
  help: { type: "boolean", short: "h" },
  short: { type: "boolean" },
  keep: { type: "boolean" },
  port: { type: "string" },
} as const;

/** @throws UsageError saying what is wrong. */
export function readCommand(args: readonly string[]): Command {
  try {
    const { help = false, short = false, keep = false, port = "0" } = parseArgs({ args: [...args], options }).values;
    const { data, error } = portSchema.safeParse(port === "" ? undefined : port);
    if (data === undefined) throw new Error(`--port ${error?.issues[0]?.message} (is ${JSON.stringify(port)})`);
    return { help, short, keep, port: data };
  } catch (cause) {
    throw new UsageError(`${errorMessage(cause)} (see --help)`, { cause });
  }
}
