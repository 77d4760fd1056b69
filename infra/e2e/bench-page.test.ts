import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeFolder } from "./programs.ts";

const bench = fileURLToPath(new URL("../bench/page/main.ts", import.meta.url));
const run = (...args: readonly string[]) => spawnSync(process.execPath, [bench, ...args], { encoding: "utf8" });
const deadlineMs = 240_000;

describe("npm run bench:page, with few jobs and streams", () => {
  const sizes = { small: 100, jobs: 1_000, requests: 10, streams: 6, seconds: 2, rounds: 1 };
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let result: ReturnType<typeof run>;

  beforeAll(async () => {
    folder = await makeFolder();
    const options = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
    result = run(...options, "--out", join(folder.path, "page.md"));
  }, deadlineMs);
  afterAll(() => folder.close());

  test("prints what it writes: the views' times, and what a stream costs", async () => {
    expect(result.stderr).not.toContain("bench:page:");
    expect(await readFile(join(folder.path, "page.md"), "utf8")).toBe(result.stdout);
    for (const view of ["for everybody", "with the key, 1h", "with the key, 24h", "with the key, 7d, each drawn anew"])
      expect(result.stdout).toMatch(new RegExp(`^\\| ${view} \\|( [\\d.]+ \\|){6}$`, "m"));
    expect(result.stdout).toMatch(/^\| 1 \|( -?[\d.]+ \|){6} [1-9]\d* to \d+ \| [\d.]+ \|$/m);
  });

  test("exits with 1 when an aim is missed, else with 0", () => {
    expect(result.status).toBe(result.stdout.includes("All aims are kept.") ? 0 : 1);
  });
});

test("npm run bench:page tells what it takes, and refuses what it does not", () => {
  expect(run("--help").stdout).toContain("--streams N");
  const refused = run("--jobs", "many");
  expect(refused.status).toBe(2);
  expect(refused.stderr).toBe('bench:page: --jobs is "many": must be a whole number, 1 or more\n');
});
