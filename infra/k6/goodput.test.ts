import { describe, expect, test } from "@jest/globals";
import { limits } from "../../app/catalogue/limits.ts";
import { listStressSteps, stress } from "../../app/catalogue/stress.ts";
import { boundLost, readGoodput, type StressSummary } from "./goodput.ts";
import { renderGoodputChart } from "./goodput-chart.ts";
import { listBrokenPromises, renderGoodput } from "./goodput-verdict.ts";

interface Course {
  /** What the service can do in a second. */
  readonly capacity: number;
  /** Its goodput beyond that, as a share. */
  readonly beyond?: number;
  /** The most that the generator sends in a second. */
  readonly sendable?: number;
  /** For so many seconds after the overload the service still refuses. */
  readonly aftermath?: number;
  readonly lost?: number;
  /** Orders that were not answered. */
  readonly unknown?: number;
}

/** The summary of a run against a service that behaves just so. */
function makeSummary({
  capacity,
  beyond = 1,
  sendable = Infinity,
  aftermath = 0,
  lost = 0,
  unknown = 0,
}: Course): StressSummary {
  const { rising, recovery } = listStressSteps(2);
  const rows = [
    ...rising.map((step) => ({ ...step, refuses: 0 })),
    ...recovery.map((step, index) => ({ ...step, refuses: index < aftermath ? 5 : 0 })),
  ];
  const parts = rows.flatMap(({ name, seconds, perSecond, refuses }) => {
    const sent = Math.min(perSecond, sendable);
    const good = sent <= capacity ? sent - refuses : capacity * beyond;
    const count = (metric: string, rate: number) =>
      [`${metric}{scenario:${name}}`, { values: { count: rate * seconds } }] as const;
    return [
      count("stress_answered", good),
      count("stress_good", good),
      count("stress_shed", sent - good),
      count("stress_errors", 0),
      count("stress_unanswered", 0),
      count("dropped_iterations", perSecond - sent),
      [`http_req_duration{scenario:${name}}`, { values: { "p(95)": 20 } }] as const,
    ];
  });
  return {
    metrics: {
      ...Object.fromEntries(parts),
      stress_step_seconds: { values: { value: 2 } },
      stress_jobs_accepted: { values: { count: 1_000 } },
      stress_jobs_unknown: { values: { count: unknown } },
      stress_jobs_total_before: { values: { value: 7 } },
      stress_jobs_total_after: { values: { value: 1_007 - lost } },
    },
  };
}

describe("a service that keeps its height", () => {
  const goodput = readGoodput(makeSummary({ capacity: 566 }));

  test("has the capacity of its best step", () => expect(goodput.capacity).toBe(566));
  test("answers as much at twice the capacity", () => expect(goodput.shareAtDouble).toBeCloseTo(1));
  test("is well within the first second, and has lost nothing", () => {
    expect(goodput.recoverySeconds).toBe(1);
    expect(goodput.jobs).toEqual({ accepted: 1_000, unknown: 0, counted: 1_000 });
    expect(boundLost(goodput.jobs)).toEqual({ least: 0, most: 0 });
  });
  test("keeps its promises", () => expect(listBrokenPromises(goodput)).toEqual([]));
  test("counts by the second, whatever the length of a step", () => {
    expect(goodput.rising[0]).toMatchObject({ offered: 100, sent: 100, answered: 100, good: 100, shed: 0, dropped: 0 });
    expect(goodput.rising.at(-1)).toMatchObject({ offered: 3_200, good: 566, shed: 3_200 - 566 });
  });
});

test("what is lost at twice the capacity is told", () => {
  const goodput = readGoodput(makeSummary({ capacity: 566, beyond: 0.5 }));
  expect(goodput.shareAtDouble).toBeCloseTo(0.5);
  expect(listBrokenPromises(goodput)).toEqual(["goodput at twice the capacity is 50 % of the peak, not 80 %"]);
});

test("twice a capacity that was never sent is not known", () => {
  const goodput = readGoodput(makeSummary({ capacity: 1_131, sendable: 2_000 }));
  expect(goodput.shareAtDouble).toBeUndefined();
  expect(listBrokenPromises(goodput)).toEqual([expect.stringContaining("could not send twice the capacity")]);
});

test("a service that refuses for three seconds more is well within the fourth", () => {
  const goodput = readGoodput(makeSummary({ capacity: 566, aftermath: 3 }));
  expect(goodput.recoverySeconds).toBe(4);
  expect(listBrokenPromises(goodput)).toEqual([]);
});

test("a recovery that takes too long, or never comes, is told", () => {
  const late = readGoodput(makeSummary({ capacity: 566, aftermath: stress.longestRecoverySeconds }));
  expect(listBrokenPromises(late)).toEqual(["all was well again within 11 s, not within 10 s"]);
  const never = readGoodput(makeSummary({ capacity: 566, aftermath: stress.recoverySeconds }));
  expect(never.recoverySeconds).toBeUndefined();
  expect(listBrokenPromises(never)).toHaveLength(1);
});

test("an accepted job that the service does not count is lost", () => {
  const goodput = readGoodput(makeSummary({ capacity: 566, lost: 3 }));
  expect(listBrokenPromises(goodput)).toEqual(["accepted jobs: 3 of 1000 are lost"]);
});

describe("orders that were not answered", () => {
  test("may stand for lost ones, so that nothing is known of these", () => {
    const { jobs, ...goodput } = readGoodput(makeSummary({ capacity: 566, unknown: 50 }));
    expect(boundLost(jobs)).toEqual({ least: 0, most: 50 });
    expect(listBrokenPromises({ ...goodput, jobs })).toEqual([
      "accepted jobs: not known, up to 50 of 1000 may be lost: 50 orders went unanswered",
    ]);
  });

  test("are no doubt where all of them are counted", () => {
    expect(boundLost({ accepted: 1_000, unknown: 50, counted: 1_050 })).toEqual({ least: 0, most: 0 });
  });

  test("make what is surely lost a least", () => {
    expect(boundLost({ accepted: 1_000, unknown: 50, counted: 990 })).toEqual({ least: 10, most: 60 });
  });
});

test("jobs that somebody else ordered are told, because they hide lost ones", () => {
  const goodput = readGoodput(makeSummary({ capacity: 566, lost: -4 }));
  expect(listBrokenPromises(goodput)).toEqual([expect.stringContaining("counts 1004 jobs, and 1000 were ordered")]);
});

test("steps that end before twice the capacity break nothing, and are said to", () => {
  const goodput = readGoodput(makeSummary({ capacity: 2_000 }));
  expect(listBrokenPromises(goodput)).toEqual([]);
  expect(renderGoodput(goodput)).toContain("not reached: the steps end before twice the capacity");
});

test("a service that answers nothing in time is told, and drawn", () => {
  const goodput = readGoodput(makeSummary({ capacity: 0 }));
  expect(listBrokenPromises(goodput)).toContain("nothing was answered as documented within its budget");
  expect(renderGoodputChart(goodput)).not.toMatch(/NaN|Infinity/);
});

test("a summary without a step is refused, naming what is missing", () => {
  expect(() => readGoodput({ metrics: {} })).toThrow("no value of stress_step_seconds");
});

test("the steps recover within the places that the service has, begin with a short line, and end far beyond", () => {
  const asking = (perSecond: number) => perSecond * stress.waitSeconds;
  const { rising } = listStressSteps(stress.stepSeconds);
  const room = limits.requestsInHand + limits.requestsWaiting;
  expect(asking(stress.recoveryPerSecond)).toBeLessThan(limits.requestsInHand);
  expect(asking(rising[0]?.perSecond ?? Number.NaN)).toBeLessThan(room);
  expect(asking(rising.at(-1)?.perSecond ?? Number.NaN)).toBeGreaterThan(room);
});

test("the report has a row for each step", () => {
  const report = renderGoodput(readGoodput(makeSummary({ capacity: 566 })));
  expect(report).toContain("- Capacity (peak goodput): 566 requests/s");
  expect(report).toContain("| 3200 | 566 | 566 | 2634 | 0 | 0 | 0 | 20 |");
  expect(report.match(/^\| \d/gm)).toHaveLength(stress.steps);
});

test("the chart draws each step inside its frame, the capacity and its double", () => {
  const svg = renderGoodputChart(readGoodput(makeSummary({ capacity: 566 })));
  const points = [...svg.matchAll(/<circle class="step" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  expect(points).toHaveLength(stress.steps);
  expect(points.filter(([x, y]) => x < 76 || x > 736 || y < 56 || y > 380)).toEqual([]);
  expect(points.map(([x]) => x)).toEqual(points.map(([x]) => x).sort((a, b) => a - b));
  expect(svg).toContain("capacity 566/s");
  expect(svg).toContain("twice the capacity");
  expect(svg).not.toContain("NaN");
});
