import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** How to make an image in the place of an official one. */
export interface Recipe {
  readonly dockerfile: string;
  /** What the Dockerfile copies: files and folders of this repository, which keep their paths. */
  readonly copies?: readonly string[];
  /** Program and arguments that print the version; a stand-in has none. */
  readonly version?: readonly [string, ...string[]];
}

async function listFiles(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Another one whenever something in the recipe is another. */
export async function hashRecipe({ dockerfile, copies = [] }: Recipe, root: string): Promise<string> {
  const hash = createHash("sha256").update(dockerfile);
  const files = await Promise.all(copies.map((path) => listFiles(join(root, path))));
  for (const file of files.flat().sort()) hash.update(file.slice(root.length)).update(await readFile(file));
  return hash.digest("hex");
}

/** Puts everything that `docker build` needs into an empty folder. */
export async function writeContext({ dockerfile, copies = [] }: Recipe, root: string, folder: string): Promise<void> {
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  for (const path of copies) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
}
