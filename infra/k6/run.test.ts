import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { k6Folders } from "./run.ts";
import { scenarios } from "./scenarios.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every file of the repository that is loaded with one. Types are not: they are stripped. */
function listLoaded(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from "(\..*?)";/gm);
  for (const [, path = ""] of imports) listLoaded(resolve(dirname(file), path), found);
  return found;
}

test.each(Object.entries(scenarios))("what %s loads stands where a container sees it", (_, { file }) => {
  const loaded = [...listLoaded(join(root, file))].map((path) => relative(root, path));
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter((path) => !k6Folders.some((folder) => path.startsWith(`${folder}/`)))).toEqual([]);
});
