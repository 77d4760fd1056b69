import { parseArgs } from "node:util";
import { errorMessage } from "../../app/error-message.ts";

export const usage = `Usage: npx gozcu doctor [--send-test] [--json]
       npm run doctor [-- --send-test] [-- --json]

Looks at everything that a stack on Docker needs, at the stack itself where it is deployed, and at the channels that people
are told by. Each line that is not fine says how to mend it. Nothing is changed, and nothing is sent.

  --send-test   sends a test message by each channel that is on, one after the other
  --json        for machines

The exit code is 0 when all is fine or there are only warnings, 1 when something is wrong, and 2 for a command that is
wrong.
`;

/** The command is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Command {
  readonly help: boolean;
  readonly json: boolean;
  readonly sendTest: boolean;
}

/** What `parseArgs` takes. */
export const options = {
  "send-test": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** @throws UsageError saying what is wrong. */
export function readCommand(args: readonly string[]): Command {
  try {
    const {
      help = false,
      json = false,
      "send-test": sendTest = false,
    } = parseArgs({ args: [...args], options }).values;
    return { help, json, sendTest };
  } catch (cause) {
    throw new UsageError(`${errorMessage(cause)} (see --help)`, { cause });
  }
}
