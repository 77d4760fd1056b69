import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { soak } from "../../app/catalogue/soak.ts";
import { startK6Run } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { startServiceProcess } from "./service-process.ts";

const seconds = 40;
const limitMs = 180_000;
/** V8 collects a small heap every few seconds: so a minute is enough to see its floor. */
const smallHeap = "--max-old-space-size=128 --max-semi-space-size=4";

const suite = findProgram("k6") === undefined ? describe.skip : describe;
suite("a short soak", () => {
  const keep = createKeep();
  let output: string;

  beforeAll(async () => {
    const database = keep(await startPostgres());
    const service = keep(await startServiceProcess({ DATABASE_URL: database.url, NODE_OPTIONS: smallHeap }));
    const run = keep(await startK6Run(service, ["soak", "--duration", `${seconds}s`]));
    ({ output } = await run.ended);
  }, limitMs);

  test("prints memory and handles, and how they went", () => {
    for (const figure of ["heap after full collections", "memory beside the heap", "open file descriptors"])
      expect(output).toMatch(new RegExp(`^  ${figure}: [\\d.]+( MiB)? → .*, at most .* an hour: \\w+$`, "m"));
    expect(output).toMatch(/^ {2}resident memory: [\d.]+ MiB → [\d.]+ MiB, at most/m);
  });

  test("finds them flat, of enough full collections to tell", () => {
    expect(output.match(/: flat$/gm)).toHaveLength(Object.keys(soak.growth).length);
    expect(output).not.toMatch(/: (growing|unclear)/);
  });

  test("draws them", async () => {
    const [, chart = ""] = /^chart: (.*)$/m.exec(output) ?? [];
    const lines = [...(await readFile(chart, "utf8")).matchAll(/<polyline [^>]*points="([^"]+)"/g)];
    expect(lines).toHaveLength(5);
    for (const [, points = ""] of lines)
      expect(points.split(" ").length).toBeGreaterThan(seconds / soak.sampleSeconds / 2);
  });
});
