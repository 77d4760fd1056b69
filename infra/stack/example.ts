import { isValue, type SettingRow } from "../../app/setting-row.ts";
import { settings } from "../../app/settings.ts";
import { appSettingNames, secretSettingNames } from "./app-settings.ts";
import { stackPaths, stackSettings } from "./settings.ts";

type Leaf = readonly [path: string, row: SettingRow];

const leaves: readonly Leaf[] = [
  ...stackPaths.map((path) => [path, stackSettings[path]] as const),
  ...appSettingNames.map((name) => [`app.${name}`, settings[name]] as const),
];

/** `off` has a meaning of its own where something is published. */
const isTyped = (path: string, text: string) => isValue(text) || path.startsWith("publish.");

/** The heads of the sections that begin with a setting, and the setting itself, switched off. */
function renderLeaf([path, row]: Leaf, previous: string): string {
  const names = path.split(".");
  const above = previous.split(".");
  const heads = names.slice(0, -1).flatMap((name, depth) => {
    const isOpen = names.slice(0, depth + 1).join() === above.slice(0, depth + 1).join();
    return isOpen ? [] : [`${"  ".repeat(depth)}${name}:`];
  });
  const indent = "  ".repeat(names.length - 1);
  const value = isTyped(path, row.default) ? ` ${row.default}` : "";
  const plain = (text: string) => text.replaceAll("`", "");
  const meaning = `${indent}# ${plain(row.meaning)}. Default: ${plain(row.default)}.`;
  return [...heads, meaning, `${indent}#${names.at(-1)}:${value}`, ""].join("\n");
}

/** `gozcu.example.yml`: everything that can be set, commented out. */
export function renderStackExample(): string {
  const head = [
    "# What `npx cdktf deploy` deploys: copy this file to gozcu.yml, and switch on what you change. Each setting can also be",
    "# given in the environment, which wins: publish.grafana as GOZCU_PUBLISH_GRAFANA, what stands below app by its own name.",
    "#",
    "# Secrets come from the environment only, each also as NAME_FILE, the path of a file that holds the value:",
    ...secretSettingNames.map((name) => `#   ${name}`),
    "",
  ];
  return [...head, ...leaves.map((leaf, index) => renderLeaf(leaf, leaves[index - 1]?.[0] ?? ""))].join("\n");
}
