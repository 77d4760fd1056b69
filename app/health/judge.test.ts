import { describe, expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { serviceNames } from "../catalogue/names.ts";
import { judgeWebhooks, judgeWorkers, renderSnapshot } from "./judge.ts";
import { allUp, down, facts, statistics, waiting } from "./test-facts.ts";

const { workerProgressSeconds, workerSilentSeconds, webhookWindowSeconds } = limits;
const source = { source: "lensia-main-site", metrics: { activeUsers: 1_250 }, reportedAt: statistics.readAt };

describe("webhooks", () => {
  const failingFor = (seconds: number) => ({
    ...facts,
    webhookFailingSince: new Date(statistics.readAt.getTime() - seconds * 1_000),
  });

  test("are up when none fails", () => {
    expect(judgeWebhooks(facts)).toBeUndefined();
  });

  test.each([-30, 0, webhookWindowSeconds - 1])("are up when they have failed for %d s only", (seconds) => {
    expect(judgeWebhooks(failingFor(seconds))).toBeUndefined();
  });

  test("are down when they have failed for the window, and say since when", () => {
    expect(judgeWebhooks(failingFor(webhookWindowSeconds))).toBe(
      "deliveries have failed and none has succeeded since 2026-11-23T09:55:00.000Z",
    );
  });
});

describe("the workers", () => {
  test("are not stalled when nothing waits, however long nobody has been there", () => {
    expect(judgeWorkers(waiting(0, 0, 1_000_000, 1_000_000))).toBeUndefined();
  });

  test("are stalled when jobs have waited without progress for longer than the limit", () => {
    expect(judgeWorkers(waiting(3, 1_000, workerProgressSeconds))).toBeUndefined();
    expect(judgeWorkers(waiting(3, 1_000, workerProgressSeconds + 1))).toBe(
      `jobs are waiting and no worker has made progress for ${workerProgressSeconds + 1} s`,
    );
  });

  test("are stalled much sooner when jobs have waited and none has given a sign of life", () => {
    expect(judgeWorkers(waiting(3, 1_000, 20, workerSilentSeconds))).toBeUndefined();
    expect(judgeWorkers(waiting(3, 1_000, 20, workerSilentSeconds + 1))).toBe(
      `jobs are waiting and no worker has given a sign of life for ${workerSilentSeconds + 1} s`,
    );
  });

  test("that are gone are told as such, and not as those that make no progress", () => {
    expect(judgeWorkers(waiting(3, 1_000, 1_000, 1_000))).toContain("no worker has given a sign of life for 1000 s");
  });

  test("are given the same time to make progress after an idle night", () => {
    expect(judgeWorkers(waiting(1, workerProgressSeconds, 30_000))).toBeUndefined();
    expect(judgeWorkers(waiting(1, workerProgressSeconds + 1, 30_000))).toContain(`${workerProgressSeconds + 1} s`);
  });

  test("are given the same time to come when a job is accepted while none is there", () => {
    expect(judgeWorkers(waiting(1, workerSilentSeconds, 30_000, 30_000))).toBeUndefined();
    expect(judgeWorkers(waiting(1, workerSilentSeconds + 1, 30_000, 30_000))).toContain("no worker has given a sign");
  });

  test("are judged from when the jobs began to wait when none was ever there", () => {
    const fresh = (waitedSeconds: number) => ({ statistics: waiting(1, waitedSeconds, 0).statistics });
    expect(judgeWorkers(fresh(workerSilentSeconds))).toBeUndefined();
    expect(judgeWorkers(fresh(workerSilentSeconds + 1))).toContain("no worker has given a sign of life");
  });
});

describe("the snapshot", () => {
  test("is healthy when everything is", () => {
    expect(renderSnapshot(allUp, facts, [source])).toEqual({
      status: "healthy",
      reasons: [],
      services: allUp,
      workersStalled: false,
      statistics,
      sources: [source],
    });
  });

  test.each(serviceNames)("is degraded by %s alone, and says why", (name) => {
    const { status, reasons } = renderSnapshot({ ...allUp, [name]: down }, facts, []);
    expect(status).toBe("degraded");
    expect(reasons).toEqual([`${name} is down: connection refused`]);
  });

  test.each([
    ["make no progress", 0, "no worker has made progress"],
    ["give no sign of life", 1_000, "no worker has given a sign of life"],
  ])("is degraded by workers that %s", (_, silentSeconds, reason) => {
    const snapshot = renderSnapshot(allUp, waiting(1, 1_000, 1_000, silentSeconds), []);
    expect(snapshot).toMatchObject({ status: "degraded", workersStalled: true });
    expect(snapshot.reasons).toEqual([expect.stringContaining(reason)]);
  });

  test("is not degraded by a long queue alone", () => {
    const long = waiting(5_000, 10_000, 1);
    const high = { ...long, statistics: { ...long.statistics, queueHealth: "high" as const } };
    expect(renderSnapshot(allUp, high, [])).toMatchObject({ status: "healthy", reasons: [] });
  });

  test("names every reason", () => {
    const { reasons } = renderSnapshot({ ...allUp, comfyui: down, queue: down }, waiting(1, 1_000, 1_000), []);
    expect(reasons).toHaveLength(3);
  });

  test("with the database down keeps the last numbers, and does not judge the workers by them", () => {
    const snapshot = renderSnapshot({ ...allUp, database: down }, waiting(1, 1_000, 1_000), [source]);
    expect(snapshot.reasons).toEqual(["database is down: connection refused"]);
    expect(snapshot.workersStalled).toBe(false);
    expect(snapshot.statistics?.readAt).toEqual(statistics.readAt);
    expect(snapshot.sources).toEqual([source]);
  });

  test("has no numbers before the database has answered once", () => {
    expect(renderSnapshot({ ...allUp, database: down }, undefined, [])).not.toHaveProperty("statistics");
  });
});
