import { describe, expect, test } from "@jest/globals";
import { healthy, readAt, statistics } from "../api/fake-desks.ts";
import { thresholds } from "../catalogue/thresholds.ts";
import { judgeOverall } from "./overall.ts";
import { createTestFacts, firingAlert } from "./test-page.ts";

const down = { status: "down", since: readAt, reason: "connection refused" } as const;
const withDown = (name: "database" | "comfyui") => ({
  ...healthy,
  status: "degraded" as const,
  services: { ...healthy.services, [name]: down },
});

function judge(changes: Parameters<typeof createTestFacts>[0], detailed = true) {
  return judgeOverall(createTestFacts(changes), { detailed });
}

describe("the state of everything", () => {
  test("is good where nothing is wrong", () => {
    expect(judge({})).toEqual({ level: "good", words: "All is well", troubles: [] });
  });

  test("is degraded by a service that is down: what, since when, why, and which runbook", () => {
    expect(judge({ health: withDown("comfyui") })).toEqual({
      level: "critical",
      words: "Degraded",
      troubles: [
        {
          what: "ComfyUI is down: no job is rendered",
          level: "critical",
          since: readAt,
          why: "connection refused",
          runbook: "ComfyuiDown",
        },
      ],
    });
  });

  test("is degraded by workers that do not get on", () => {
    const reasons = ["jobs are waiting and no worker has made progress for 130 s"];
    const { level, troubles } = judge({ health: { ...healthy, status: "degraded", workersStalled: true, reasons } });
    expect([level, troubles]).toEqual([
      "critical",
      [expect.objectContaining({ runbook: "WorkerStalled", why: reasons[0] })],
    ]);
  });

  test.each([
    [1, "QueueHealthHigh"],
    [thresholds.queueSizeHigh.above + 1, "QueueSizeHigh"],
    [thresholds.queueOverflow.above + 1, "QueueOverflow"],
  ])("has a warning when the queue is high with %d pending, as %s will tell", (pending, runbook) => {
    const high = { ...statistics, queueHealth: "high" as const, byStatus: { ...statistics.byStatus, pending } };
    const { level, words, troubles } = judge({ health: { ...healthy, statistics: high } });
    expect([level, words]).toEqual(["warning", "Working, with warnings"]);
    expect(troubles.map((one) => one.runbook)).toEqual([runbook]);
  });

  test("is not said to have a long queue where a service that is down explains it", () => {
    const high = { ...statistics, queueHealth: "high" as const };
    const { troubles } = judge({ health: { ...withDown("comfyui"), statistics: high } });
    expect(troubles.map((one) => one.runbook)).toEqual(["ComfyuiDown"]);
  });

  test("has a warning when alerting has fallen silent, and none where it was never there", () => {
    expect(judge({ watchdog: { alive: false, lastSeenAt: readAt, ageSeconds: 600 } }).troubles).toEqual([
      expect.objectContaining({ level: "warning", since: readAt, runbook: "Watchdog" }),
    ]);
    expect(judge({ watchdog: { alive: false } }).level).toBe("good");
  });
});

describe("an alert that fires", () => {
  test("is a warning by its own name, with its runbook", () => {
    expect(judge({ firing: [firingAlert] })).toMatchObject({
      level: "warning",
      troubles: [{ what: "The queue is long", since: readAt, runbook: "QueueSizeHigh" }],
    });
  });

  test("is not named to everybody", () => {
    const { level, troubles } = judge({ firing: [firingAlert] }, false);
    expect([level, troubles]).toEqual(["warning", [{ what: "An alert fires", level: "warning", since: readAt }]]);
  });

  test("is not told of twice, nor the degradation beside its cause", () => {
    const named = (name: string) => ({ ...firingAlert, name, fingerprint: name });
    const firing = [named("ComfyuiDown"), named("DashboardDegraded")];
    expect(judge({ health: withDown("comfyui"), firing }).troubles).toHaveLength(1);
  });

  test("has no runbook of ours under a name that is not ours", () => {
    const { troubles } = judge({ firing: [{ ...firingAlert, name: "../../login" }] });
    expect(troubles[0]).not.toHaveProperty("runbook");
  });

  test("is counted among many, since the oldest of them", () => {
    const later = new Date(readAt.getTime() + 60_000);
    const firing = [1, 2, 3, 4].map((n) => ({ ...firingAlert, name: `A${n}`, since: n === 4 ? readAt : later }));
    expect(judge({ firing }).troubles).toEqual([{ what: "4 alerts fire", level: "warning", since: readAt }]);
  });

  test("that is for information only changes nothing", () => {
    const info = { ...firingAlert, labels: { ...firingAlert.labels, severity: "info" } };
    expect(judge({ firing: [info] }).level).toBe("good");
  });
});
