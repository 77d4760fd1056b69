import { readFileSync } from "node:fs";
import type { z } from "zod";
import { errorMessage } from "./error-message.ts";
import type { SettingRow } from "./setting-row.ts";
import { type SettingName, settings } from "./settings.ts";

export type Config = { readonly [K in SettingName]: z.infer<(typeof settings)[K]["schema"]> };

/** The environment does not fit: one line a problem, all of them at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the settings do not fit:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting's text: from `NAME`, or from the file that `NAME_FILE` names. An empty text counts as not set. */
export function readText(env: Environment, name: string, problems: string[]): string | undefined {
  const direct = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set: set one of them`);
    return undefined;
  }
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    problems.push(`${name}_FILE: cannot read ${file} (${errorMessage(error)})`);
    return undefined;
  }
}

/**
 * What a text means for a setting; undefined, and one problem more, when it does not fit.
 * @param where how the setting is called where it was set
 */
export function readValue(where: string, row: SettingRow, text: string | undefined, problems: string[]): unknown {
  const { data, error } = row.schema.safeParse(text);
  if (error === undefined) return data;
  // In front of an @ there may be a password, in whatever setting it was put by mistake.
  const shown = row.secret || text === undefined || text.includes("@") ? "" : ` (is ${JSON.stringify(text)})`;
  problems.push(`${where} ${error.issues.map((issue) => issue.message).join("; ")}${shown}`);
  return undefined;
}

/** Settings that are of use together only; `has` tells which are set, be they right or wrong. */
export function findHalfPairs(has: (name: SettingName) => boolean): readonly string[] {
  const pairs = [
    ["TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID"],
    ["SMTP_URL", "ALERT_EMAIL_TO"],
  ] as const;
  return pairs
    .filter(([one, other]) => has(one) !== has(other))
    .map(([one, other]) => `${one} and ${other} belong together: set both or neither`);
}

/** What no single setting can tell. */
function findContradictions(role: string | undefined, has: (name: SettingName) => boolean): readonly string[] {
  const problems: string[] = [];
  if (role === "worker" && !has("DATABASE_URL")) {
    problems.push("ROLE=worker needs DATABASE_URL: the embedded database belongs to the process that runs the API");
  }
  if (role === "worker" && !has("WEBHOOK_SECRET")) {
    problems.push("ROLE=worker needs WEBHOOK_SECRET: all workers must sign alike");
  }
  return [...problems, ...findHalfPairs(has)];
}

/** What the operator's own commands see of our environment: no setting of ours, as it could be a secret. */
export function readCommandEnvironment(env: Environment = process.env): Readonly<Record<string, string>> {
  const seen = ["PATH", "HOME", "LANG"].map((name) => [name, env[name]] as const);
  return Object.fromEntries(seen.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/**
 * Reads all settings from the environment.
 * @throws ConfigError naming every setting that is wrong and what it may be; never a secret's value.
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const texts = new Map<string, string>();
  for (const [name, row] of Object.entries<SettingRow>(settings)) {
    const text = readText(env, name, problems);
    if (text !== undefined) texts.set(name, text);
    values[name] = readValue(name, row, text, problems);
  }
  problems.push(...findContradictions(texts.get("ROLE"), (name) => texts.has(name)));
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
}
