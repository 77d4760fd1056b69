import { describe, expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { serviceNames } from "../catalogue/names.ts";
import { judgeWebhooks, judgeWorkers, renderSnapshot } from "./judge.ts";
import { allUp, down, facts, statistics, waiting } from "./test-facts.ts";

const { workerProgressSeconds, webhookWindowSeconds } = limits;
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
  test("are not stuck when nothing waits, however long nobody has done anything", () => {
    expect(judgeWorkers(waiting(0, 0, 1_000_000))).toBeUndefined();
  });

  test("are stuck when jobs have waited without progress for longer than the limit", () => {
    expect(judgeWorkers(waiting(3, 1_000, workerProgressSeconds))).toBeUndefined();
    expect(judgeWorkers(waiting(3, 1_000, workerProgressSeconds + 1))).toBe(
      `jobs are waiting and no worker has made progress for ${workerProgressSeconds + 1} s`,
    );
  });

  test("are given the same time after an idle night", () => {
    expect(judgeWorkers(waiting(1, workerProgressSeconds, 30_000))).toBeUndefined();
    expect(judgeWorkers(waiting(1, workerProgressSeconds + 1, 30_000))).toContain(`${workerProgressSeconds + 1} s`);
  });

  test("are stuck when none ever did anything", () => {
    const { progressedAt: _, ...never } = waiting(1, workerProgressSeconds + 1, 0);
    expect(judgeWorkers(never)).toContain("no worker has made progress");
  });
});

describe("the snapshot", () => {
  test("is healthy when everything is", () => {
    expect(renderSnapshot(allUp, facts, [source])).toEqual({
      status: "healthy",
      reasons: [],
      services: allUp,
      statistics,
      sources: [source],
    });
  });

  test.each(serviceNames)("is degraded by %s alone, and says why", (name) => {
    const { status, reasons } = renderSnapshot({ ...allUp, [name]: down }, facts, []);
    expect(status).toBe("degraded");
    expect(reasons).toEqual([`${name} is down: connection refused`]);
  });

  test("is degraded by stuck workers", () => {
    const { status, reasons } = renderSnapshot(allUp, waiting(1, 1_000, 1_000), []);
    expect(status).toBe("degraded");
    expect(reasons).toEqual([expect.stringContaining("no worker has made progress")]);
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
    expect(snapshot.statistics?.readAt).toEqual(statistics.readAt);
    expect(snapshot.sources).toEqual([source]);
  });

  test("has no numbers before the database has answered once", () => {
    expect(renderSnapshot({ ...allUp, database: down }, undefined, [])).not.toHaveProperty("statistics");
  });
});
