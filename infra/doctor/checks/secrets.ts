import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { secretsFolder } from "../../stack/folders.ts";
import type { Check } from "../check.ts";
import { fine, wrong } from "../finding.ts";

/** The rights of others than the owner. */
const others = 0o077;

export const secretsCheck: Check = {
  title: "Secrets",
  async run({ stack, root }) {
    if (stack === undefined) return undefined;
    const folder = join(root, secretsFolder(stack.name));
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (names === undefined) return fine(`made by the first deploy, in ${folder}`);
    const paths = [folder, ...names.map((name) => join(folder, name))];
    const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode));
    const open = paths.filter((_, index) => ((modes[index] ?? 0) & others) !== 0);
    if (open.length > 0) return wrong(`others may read ${open.join(", ")}`, `chmod -R go= ${folder}`);
    return fine(`${names.length} in ${folder}, for you only`);
  },
};
