import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const rooms = [
  "app",
  "alerts",
  "dashboards",
  "infra",
  "package.json",
  "README.md",
  ".env.example",
  "prometheus.yml",
] as const;

export interface TreeCopy {
  readonly path: string;
  /** Replaces a text that stands in the file exactly once. */
  edit(file: string, before: string, after: string): Promise<void>;
  close(): Promise<void>;
}

/** The product's sources in a folder of their own, to be changed; the dependencies are shared. `more` comes along. */
export async function copyTree(more: readonly string[] = []): Promise<TreeCopy> {
  const path = await mkdtemp(join(tmpdir(), "gozcu-tree-"));
  for (const room of [...rooms, ...more]) await cp(join(root, room), join(path, room), { recursive: true });
  await symlink(join(root, "node_modules"), join(path, "node_modules"));
  return {
    path,
    async edit(file, before, after) {
      const text = await readFile(join(path, file), "utf8");
      const parts = text.split(before);
      if (parts.length !== 2)
        throw new Error(`${file} holds ${JSON.stringify(before)} ${parts.length - 1} times, not once`);
      await writeFile(join(path, file), parts.join(after));
    },
    close: () => rm(path, { recursive: true }),
  };
}

/** What the times of a scaled copy are multiplied by, unless told. */
export const scale = 0.1;

/** A copy whose times are scaled: all that alerting waits for comes sooner. */
export async function copyScaledTree(more: readonly string[] = [], timeScale: number = scale): Promise<TreeCopy> {
  const tree = await copyTree(more);
  await tree.edit("app/catalogue/time-scale.ts", "timeScale: number = 1;", `timeScale: number = ${timeScale};`);
  return tree;
}

/** Makes only so late an answer count as late as no machine gives by being busy with several stacks at once. */
export async function forgiveLateAnswers(tree: TreeCopy): Promise<void> {
  await tree.edit("app/catalogue/slos.ts", "slowerThan: 0.2 }", "slowerThan: 2.5 }");
}
