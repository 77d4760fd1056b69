import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, matchesGlob } from "node:path";

/** What enters the app image: files and folders by their paths from the root. Nothing else does. */
const included = ["package.json", "package-lock.json", "app", "alerts"] as const;

/** What stands there and does not run: tests, what only they use, what is generated for others, and what is hidden. */
const excluded = [
  "**/.*",
  "**/*.md",
  "**/*.png",
  "**/*.test.ts",
  "**/test-*.ts",
  "**/fake-*.ts",
  "app/api/fuzz-values.ts",
  "app/jobs/worker-world.ts",
  "app/telemetry/made-metrics.ts",
  "app/telemetry/span-recorder.ts",
  "app/telemetry/trace-collector.ts",
  "app/telemetry/type-check.ts",
  // For k6.
  "app/catalogue/soak.ts",
  "app/catalogue/stress.ts",
  // For services other than ours.
  "app/telemetry/trace.ts",
  "alerts/generated",
  "alerts/detection.ts",
  "alerts/rule-bench.ts",
  "alerts/rule-test*.ts",
] as const;

/** `.dockerignore`, which is committed: whoever builds the image, by whatever means, builds it from the same files. */
export function renderDockerignore(): string {
  const lines = ["# Made from infra/engines/docker/app-image.ts, which says what enters the image and why.", "*"];
  return `${[...lines, ...included.map((path) => `!${path}`), ...excluded].join("\n")}\n`;
}

async function listBelow(root: string, path: string): Promise<readonly string[]> {
  if (excluded.some((pattern) => matchesGlob(path, pattern))) return [];
  if ((await stat(join(root, path))).isFile()) return [path];
  const names = await readdir(join(root, path));
  const below = await Promise.all(names.map((name) => listBelow(root, `${path}/${name}`)));
  return below.flat();
}

/** The files that enter the image, by their sorted paths from `root`. */
export async function listAppSources(root: string): Promise<readonly string[]> {
  const lists = await Promise.all(included.map((path) => listBelow(root, path)));
  return lists.flat().toSorted();
}

/**
 * A hash in hexadecimal over what the image is made from: its base, the Dockerfile, and path and content of each file that enters.
 * Times and modes of files do not change it, nor does what stays outside.
 */
export async function hashAppSources(root: string, base: string): Promise<string> {
  const hash = createHash("sha256").update(`${base}\n`);
  for (const path of ["Dockerfile", ...(await listAppSources(root))]) {
    const content = await readFile(join(root, path));
    // With the length, no content can pass for the next file's head.
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}
