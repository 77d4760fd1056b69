import { resolve } from "node:path";
import { type Config, ConfigError, type Environment, readText, readValue } from "../../app/config.ts";
import { settings } from "../../app/settings.ts";

const names = ["PORT", "HOST", "PUBLIC_URL", "DATA_DIR", "API_KEYS"] as const;

/** What the service of this checkout is told, as far as it matters to those who ask it. */
export interface ServiceSettings extends Pick<Config, "PORT" | "HOST" | "PUBLIC_URL" | "DATA_DIR" | "API_KEYS"> {
  /** The key to ask with, in the environment of who asks: `API_KEY`. */
  readonly apiKey: string | undefined;
}

/**
 * Reads the settings of the service that is started in `root`; a relative data folder is there.
 * @throws ConfigError naming every one of them that is wrong.
 */
export function readServiceSettings(env: Environment, root: string): ServiceSettings {
  const problems: string[] = [];
  const values = Object.fromEntries(
    names.map((name) => [name, readValue(name, settings[name], readText(env, name, problems), problems)]),
  ) as Pick<Config, (typeof names)[number]>;
  const apiKey = readText(env, "API_KEY", problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...values, DATA_DIR: resolve(root, values.DATA_DIR), apiKey };
}
