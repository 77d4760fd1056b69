import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Overrides } from "../../k6/plan.ts";
import { findLastRuns, makeRunFolder, renderLoad, writeRun } from "./run-folder.ts";

let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), "gozcu-"));
});
afterEach(() => rm(runs, { recursive: true }));

async function saveRun(minute: number, scenario: string, overrides: Overrides = {}): Promise<string> {
  const startedAt = new Date(Date.UTC(2026, 0, 1, 0, minute));
  const { folder, testId } = await makeRunFolder(runs, scenario, startedAt);
  const nothing = { verdicts: [], dropped: { count: 0, share: 0 }, failed: [] };
  const run = { scenario, testId, startedAt: startedAt.toISOString(), url: "http://x", k6: "v1", overrides };
  await writeRun(folder, { ...run, ...nothing });
  return folder;
}

describe("the last two runs", () => {
  test("are of the same scenario, with the same rates for the same time", async () => {
    const before = await saveRun(1, "load", { rates: { ping: 10, job: 1 }, seconds: 5 });
    await saveRun(2, "load");
    await saveRun(3, "smoke");
    const last = await saveRun(4, "load", { seconds: 5, rates: { job: 1, ping: 10 } });
    expect(await findLastRuns(runs)).toEqual([before, last]);
  });

  test("do not count one that was broken off", async () => {
    const [before, last] = [await saveRun(1, "smoke"), await saveRun(2, "smoke")];
    await makeRunFolder(runs, "smoke", new Date(Date.UTC(2026, 0, 1, 0, 3)));
    expect(await findLastRuns(runs)).toEqual([before, last]);
  });

  test("are missed by the name of their load", async () => {
    await saveRun(1, "load");
    await saveRun(2, "load", { rates: { ping: 10 } });
    await expect(findLastRuns(runs)).rejects.toThrow("holds no two runs of load, ping=10");
  });
});

test("a load is named by all that it does otherwise", () => {
  const run = { scenario: "load", startedAt: "", overrides: { seconds: 30, rates: { ping: 500 } }, failed: [] };
  expect(renderLoad(run)).toBe("load, ping=500, 30 s");
});
