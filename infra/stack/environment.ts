import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Environment } from "../../app/config.ts";
import { errorMessage } from "../../app/error-message.ts";
import { settings } from "../../app/settings.ts";

const reasons = new Map([
  ["EISDIR", "it is a folder"],
  ["EACCES", "you may not read it"],
]);

/**
 * What stands in a file of the project; undefined when there is none.
 * @throws Error when it cannot be read.
 */
export function readProjectFile(root: string, file: string): string | undefined {
  try {
    return readFileSync(resolve(root, file), "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read: ${reasons.get(code) ?? errorMessage(error)}`, { cause: error });
  }
}

/**
 * Adds what stands in `.env` to the environment; what is there already stays.
 * @throws Error when it cannot be read.
 */
export function loadEnvironment(root: string): void {
  // Read first: Node itself says of one that may not be read that it is not there.
  if (readProjectFile(root, ".env") !== undefined) process.loadEnvFile(resolve(root, ".env"));
}

/** The folder of the data of a service that is started in `root`, whichever folder we are in ourselves. */
export function readDataFolder(root: string, env: Environment): string {
  return resolve(root, settings.DATA_DIR.schema.parse(env.DATA_DIR || undefined));
}
