import { describe, expect, test } from "@jest/globals";
import { compare, isRegression, listNewFailures, renderComparisons } from "./comparison.ts";
import type { Verdict } from "./verdicts.ts";

const ping = (measured: number | undefined): Verdict => ({
  threshold: "http_req_duration{endpoint:ping,phase:steady} p(95)<10",
  measure: "http_req_duration{endpoint:ping,phase:steady} p(95)",
  title: "GET /api/ping p95",
  documented: true,
  unit: "ms",
  ...(measured !== undefined && { measured }),
  comparator: "<",
  limit: 10,
  state: measured === undefined ? "not measured" : measured < 10 ? "kept" : "broken",
});

const failed = (measured: number): Verdict => ({
  threshold: "http_req_failed rate<=0.01",
  measure: "http_req_failed rate",
  title: "requests not answered as documented",
  documented: false,
  unit: "share",
  measured,
  comparator: "<=",
  limit: 0.01,
  state: measured <= 0.01 ? "kept" : "broken",
});

function changeOf(before: Verdict, after: Verdict) {
  const [comparison] = compare([before], [after], { tolerance: 0.1 });
  if (comparison === undefined) throw new Error("nothing was compared");
  return [comparison.change, isRegression(comparison)];
}

describe("comparison of two runs", () => {
  test.each([
    ["better", 5, 4, false],
    ["same", 5, 5.4, false],
    ["worse", 5, 5.6, true],
    ["now broken", 9.9, 10.1, true],
    ["still broken", 20, 20.5, false],
    ["better", 20, 12, false],
    ["not comparable", 5, undefined, true],
    ["not comparable", undefined, 5, false],
  ])("a response time is %s: from %p to %p ms", (change, before, after, regression) => {
    expect(changeOf(ping(before), ping(after))).toEqual([change, regression]);
  });

  test("shares go by what is allowed, since each change of 0 is an infinite one", () => {
    expect(changeOf(failed(0), failed(0.0005))).toEqual(["same", false]);
    expect(changeOf(failed(0), failed(0.005))).toEqual(["worse", true]);
    expect(changeOf(failed(0), failed(0.02))).toEqual(["now broken", true]);
  });

  test("more is better where a number must not fall", () => {
    const checks = (measured: number): Verdict => ({
      ...failed(measured),
      comparator: ">=",
      limit: 0.5,
      state: "kept",
    });
    expect(changeOf(checks(1), checks(0.8))).toEqual(["worse", true]);
    expect(changeOf(checks(0.8), checks(1))).toEqual(["better", false]);
  });

  test("the same number of two parts of a run is compared part by part, also under one title", () => {
    const part = (measure: string, measured: number): Verdict => ({ ...failed(measured), measure });
    const comparisons = compare([part("a rate", 0), part("b rate", 0)], [part("a rate", 0), part("b rate", 0.02)], {
      tolerance: 0.1,
    });
    expect(comparisons.map(({ change }) => change)).toEqual(["same", "now broken"]);
  });

  test("a promise that is broken now is new, one that was broken before is not, whatever its figure", () => {
    const lost = (count: number) => `accepted jobs: ${count} of 1000 are lost`;
    expect(listNewFailures([lost(3)], [lost(50), "stopped before its end"])).toEqual(["stopped before its end"]);
  });

  test("a line tells both values, the ratio and the verdict", () => {
    expect(renderComparisons(compare([ping(2.1)], [ping(12.31)], { tolerance: 0.1 }))).toEqual([
      "GET /api/ping p95  2.1 ms → 12.31 ms  ×5.86  now broken",
    ]);
  });
});
