import { readFileSync } from "node:fs";
import type { z } from "zod";
import { errorMessage } from "./error-message.ts";
import type { SettingRow } from "./setting-row.ts";
import { type SettingName, settings } from "./settings.ts";
import { Obstacle } from "./start/obstacle.ts";

export type Config = { readonly [K in SettingName]: z.infer<(typeof settings)[K]["schema"]> };

/** The settings do not fit: one line a problem, all of them at once. */
export class ConfigError extends Obstacle {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  /** @param kind `usage` when something on the command line is wrong */
  constructor(problems: readonly string[], kind: "usage" | "config" = "config") {
    super(kind, `the settings do not fit:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** What the command line says. */
export interface CommandLine {
  /** Settings that go over those of the environment, with the flag that gives them. */
  readonly given: { readonly [Name in SettingName]?: { readonly flag: string; readonly text: string } };
  readonly demo: boolean;
  /** What is wrong with it, be the settings as they may. */
  readonly problems: readonly string[];
}

const noCommandLine: CommandLine = { given: {}, demo: false, problems: [] };

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
 * Reads all settings: from the command line, else from the environment.
 * @throws ConfigError naming every setting that is wrong and what it may be; never a secret's value.
 */
export function readConfig(env: Environment, { given, demo, problems }: CommandLine = noCommandLine): Config {
  const wrongFlags = [...problems];
  const wrong: string[] = [];
  const values: Record<string, unknown> = {};
  const texts = new Map<string, string>();
  for (const [name, row] of Object.entries<SettingRow>(settings)) {
    const flag = given[name as SettingName];
    const text = flag === undefined ? readText(env, name, wrong) : flag.text;
    if (text !== undefined) texts.set(name, text);
    values[name] =
      flag === undefined ? readValue(name, row, text, wrong) : readValue(flag.flag, row, flag.text, wrongFlags);
  }
  const role = texts.get("ROLE");
  if (demo && role !== undefined && role !== "all") {
    wrongFlags.push(
      `--demo needs the role all, and ROLE is ${role}: its jobs are posted to this process and worked on in it`,
    );
  }
  wrong.push(...findContradictions(role, (name) => texts.has(name)));
  if (wrongFlags.length > 0) throw new ConfigError([...wrongFlags, ...wrong], "usage");
  if (wrong.length > 0) throw new ConfigError(wrong);
  return values as Config;
}
