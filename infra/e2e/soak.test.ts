import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { soak } from "../../app/catalogue/soak.ts";
import { startK6Run } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { startServiceProcess } from "./service-process.ts";

const seconds = 60;
const limitMs = 180_000;
/** V8 collects a small heap every few seconds: so a minute is mostly enough to see its floor. */
const smallHeap = "--max-old-space-size=128 --max-semi-space-size=4";

const suite = findProgram("k6") === undefined ? describe.skip : describe;
suite("a short soak", () => {
  const keep = createKeep();
  let output: string;

  beforeAll(async () => {
    const database = keep(await startPostgres());
    const service = keep(await startServiceProcess({ DATABASE_URL: database.url, NODE_OPTIONS: smallHeap }));
    const run = keep(await startK6Run(service, ["soak", "--duration", `${seconds}s`, "--metrics", service.metricsUrl]));
    ({ output } = await run.ended);
  }, limitMs);

  test("prints memory and handles, and how they went", () => {
    expect(output).toMatch(/^ {2}open file descriptors: \d+ → .*, at most .* an hour: \w+$/m);
    expect(output).toMatch(/^ {2}resident memory: [\d.]+ MiB → [\d.]+ MiB, at most/m);
  });

  test("finds nothing that grows", () => {
    expect(output).not.toMatch(/: growing$/m);
    for (const handles of ["open file descriptors", "sockets, timers and the like"])
      expect(output).toMatch(new RegExp(`^  ${handles}: .*: flat$`, "m"));
    // When V8 collects is its own affair: seen too seldom, memory may be unclear.
    for (const memory of ["heap after full collections", "memory beside the heap"])
      expect(output).toMatch(new RegExp(`^  ${memory}: .*: (flat|unclear, .*)$`, "m"));
  });

  test("draws them", async () => {
    const [, chart = ""] = /^chart: (.*)$/m.exec(output) ?? [];
    const lines = [...(await readFile(chart, "utf8")).matchAll(/<polyline [^>]*points="([^"]+)"/g)];
    expect(lines).toHaveLength(5);
    for (const [, points = ""] of lines)
      expect(points.split(" ").length).toBeGreaterThan(seconds / soak.sampleSeconds / 2);
  });
});
