import type { Environment } from "../../app/config.ts";
import { closeNames } from "../close-names.ts";
import { appSettingNames, decidedSettings, secretSettings } from "./app-settings.ts";
import type { Entry } from "./entries.ts";
import { environmentName, stackPaths } from "./settings.ts";

const filePaths: readonly string[] = [...stackPaths, ...appSettingNames.map((name) => `app.${name}`)];
const sections = [...new Set(filePaths.flatMap((path) => path.match(/^\w+(?=\.)/) ?? []))];
const environmentNames: readonly string[] = stackPaths.map(environmentName);

function suggest(name: string, known: readonly string[]): string {
  const close = closeNames(name, known).slice(0, 2);
  return close.length === 0 ? "" : `: did you mean ${close.join(" or ")}?`;
}

/** For a path, or for the section that it is in. */
function suggestPath(path: string): string {
  const section = path.replace(/\..*/, "");
  return suggest(path, filePaths) || suggest(section, sections);
}

/** How a section is written instead of one value. */
function describeSection(settings: readonly string[]): string {
  const [first, second, ...more] = settings;
  return `is a section: ${[first, second, more.length > 0 ? "…" : undefined].filter((each) => each !== undefined).join(", ")}`;
}

/** Why something may not stand in the file; undefined when it may. */
function judge(path: string, text: string): string | undefined {
  if (filePaths.includes(path)) return undefined;
  const name = path === "remoteWrite.password" ? "REMOTE_WRITE_PASSWORD" : path.slice(path.lastIndexOf(".") + 1);
  if (Object.hasOwn(secretSettings, name))
    return `is secret, and this file is no place for secrets: set ${name} or ${name}_FILE in the environment`;
  if (Object.hasOwn(decidedSettings, name))
    return `cannot be chosen: ${decidedSettings[name as keyof typeof decidedSettings]}`;
  const below = filePaths.filter((known) => known.startsWith(`${path}.`));
  // The head of a section in which everything is commented out has no text.
  if (below.length > 0) return text === "" ? undefined : describeSection(below);
  return `is no setting${suggestPath(path)}`;
}

/** A problem for each thing that the file sets and that is no setting of it. */
export function findStrangeEntries(entries: ReadonlyMap<string, Entry>): readonly string[] {
  return [...entries].flatMap(([path, { at, text }]) => {
    const reason = judge(path, text);
    return reason === undefined ? [] : [`${at} ${path} ${reason}`];
  });
}

/** A problem for each `GOZCU_…` in the environment that is no setting. Nothing else there is ours to judge. */
export function findStrangeVariables(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("GOZCU_") && !environmentNames.includes(name.replace(/_FILE$/, "")))
    .map((name) => `${name} is no setting${suggest(name, environmentNames)}`);
}
