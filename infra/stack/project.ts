import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../app/config.ts";
import { readStack, type Stack } from "./stack.ts";

export const configurationFile = "gozcu.yml";

/**
 * The stack that a project's folder is configured for: by `gozcu.yml`, `.env` and the environment, the later ones win.
 * @throws ConfigError with every problem.
 */
export function readProject(root: string, env: Environment): Stack {
  const file = join(root, configurationFile);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return readStack({ text, file: configurationFile, env });
}

/** Adds what stands in `.env` to the environment; what is there already stays. */
export function loadEnvironment(root: string): void {
  const file = join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
}
