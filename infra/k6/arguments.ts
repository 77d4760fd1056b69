import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { errorMessage } from "../../app/error-message.ts";

/** The command is wrong, or the service is not fit for a run. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError for an option that there is not, or one without its value. */
export function parseArguments<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(`${errorMessage(cause)} (see --help)`, { cause });
  }
}
