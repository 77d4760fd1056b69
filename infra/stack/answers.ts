import { type Config, type Environment, readText, readValue } from "../../app/config.ts";
import type { SettingRow } from "../../app/setting-row.ts";
import { settings } from "../../app/settings.ts";
import {
  type AppSetting,
  appSettingNames,
  type SecretSetting,
  secretRows,
  secretSettingNames,
} from "./app-settings.ts";
import { readEntries } from "./entries.ts";
import { environmentName, type StackPath, type StackValues, stackPaths, stackSettings } from "./settings.ts";
import { findStrangeEntries, findStrangeVariables } from "./strange-names.ts";

/** What was set, by the path in the file, or by the service's own name for it. */
export type Key = StackPath | AppSetting | SecretSetting;

export type Values = StackValues & Pick<Config, AppSetting | Exclude<SecretSetting, "REMOTE_WRITE_PASSWORD">>;

export interface Answers {
  /** What does not fit is undefined, and a problem. */
  readonly values: Partial<Values>;
  /** What was set, be it right or wrong, as text. */
  readonly texts: ReadonlyMap<Key, string>;
  /** How a setting is called where it was set. */
  where(key: Key): string;
}

interface Question {
  readonly key: Key;
  readonly row: SettingRow;
  readonly variable: string;
  /** Where it may stand in the file; what is secret may not. */
  readonly path?: string;
}

const questions: readonly Question[] = [
  ...stackPaths.map((path) => ({ key: path, row: stackSettings[path], variable: environmentName(path), path })),
  ...appSettingNames.map((name) => ({ key: name, row: settings[name], variable: name, path: `app.${name}` })),
  ...secretSettingNames.map((name) => ({ key: name, row: secretRows[name], variable: name })),
];

/** Asks the environment, and then the file, for everything. */
export function readAnswers(
  { text, file, env }: { readonly text: string; readonly file: string; readonly env: Environment },
  problems: string[],
): Answers {
  const entries = readEntries(text, file, problems);
  problems.push(...findStrangeEntries(entries), ...findStrangeVariables(env));
  const values: Partial<Record<Key, unknown>> = {};
  const texts = new Map<Key, string>();
  const places = new Map<Key, string>();
  for (const { key, row, variable, path = "" } of questions) {
    const given = readText(env, variable, problems);
    const entry = given === undefined ? entries.get(path) : undefined;
    const answer = given ?? (entry?.text || undefined);
    const place = entry === undefined ? variable : `${entry.at} ${path}`;
    if (answer !== undefined) {
      texts.set(key, answer);
      places.set(key, place);
    }
    values[key] = readValue(place, row, answer, problems);
  }
  return { values: values as Partial<Values>, texts, where: (key) => places.get(key) ?? key };
}
