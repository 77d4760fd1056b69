import { describe, expect, test } from "@jest/globals";
import type { Summary } from "./summary.ts";
import { renderDropped, renderVerdicts } from "./verdict-table.ts";
import { readDropped, readVerdicts } from "./verdicts.ts";

const trend = (p95: number, count: number, ok: boolean): Summary["metrics"][string] => ({
  type: "trend",
  values: { "p(95)": p95, count },
  thresholds: { "p(95)<10": { ok } },
});

const summary: Summary = {
  state: { testRunDurationMs: 1_000 },
  metrics: {
    "http_req_duration{endpoint:ping,phase:steady}": trend(12.312, 50, false),
    "http_req_duration{endpoint:livez,phase:steady}": trend(3, 50, true),
    "http_req_duration{endpoint:readyz,phase:steady}": trend(0, 0, true),
    "dropped_iterations{scenario:ping}": {
      type: "counter",
      values: { count: 2 },
      thresholds: { "count<=1": { ok: false } },
    },
    dropped_iterations: { type: "counter", values: { count: 5 } },
    iterations: { type: "counter", values: { count: 995 }, thresholds: { "count>=0": { ok: true } } },
    "checks{scenario:health}": {
      type: "rate",
      values: { rate: 1, passes: 5, fails: 0 },
      thresholds: { "rate==1": { ok: true } },
    },
    http_req_failed: {
      type: "rate",
      values: { rate: 0.0005, passes: 1, fails: 1_999 },
      thresholds: { "rate<=0.001": { ok: true } },
    },
  },
};

describe("verdicts", () => {
  test("each threshold that demands something is told with its number, the documented ones first", () => {
    expect(renderVerdicts(readVerdicts(summary)).map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
      "GET /api/ping p95  12.31 ms, documented < 10 ms: BROKEN",
      "GET /livez p95  3 ms, documented < 10 ms: kept",
      "GET /readyz p95  —, documented < 10 ms: NOT MEASURED",
      "dropped iterations of ping  2, allowed <= 1: BROKEN",
      "passed checks of health  100 %, allowed == 100 %: kept",
      "requests not answered as documented  0.05 %, allowed <= 0.1 %: kept",
    ]);
  });

  test("k6's own word on a threshold is taken, but nothing measured is not kept", () => {
    expect(readVerdicts(summary).map(({ state }) => state)).toEqual([
      "broken",
      "kept",
      "not measured",
      "broken",
      "kept",
      "kept",
    ]);
  });

  test("dropped iterations are told with their share of all that were to start", () => {
    expect(readDropped(summary)).toEqual({ count: 5, share: 0.005 });
    expect(renderDropped({ count: 5, share: 0.005 })).toContain("5 (0.5 %)");
    expect(renderDropped({ count: 0, share: 0 })).toContain("none");
  });
});
