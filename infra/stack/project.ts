import type { Environment } from "../../app/config.ts";
import { readProjectFile } from "./environment.ts";
import { readStack, type Stack } from "./stack.ts";

export const configurationFile = "gozcu.yml";

/**
 * The stack that a project's folder is configured for: by `gozcu.yml`, `.env` and the environment, the later ones win.
 * @throws ConfigError with every problem, and Error when the file cannot be read.
 */
export function readProject(root: string, env: Environment): Stack {
  const text = readProjectFile(root, configurationFile) ?? "";
  return readStack({ text, file: configurationFile, env });
}
