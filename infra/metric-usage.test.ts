import { describe, expect, test } from "@jest/globals";
import { findSignal, findUnusedMetrics, readSeriesNames } from "./metric-usage.ts";

describe("the series that an expression names", () => {
  test.each([
    ["vector(1)", []],
    ["up", ["up"]],
    [
      'sum by (le) (rate(a_bucket{job="b"}[5m])) / max(c) unless on () max_over_time(ALERTS{d="e"}[5m])',
      ["a_bucket", "c", "ALERTS"],
    ],
    ['slo:burn_rate:rate5m{slo="jobs"} > 1 and up', ["slo:burn_rate:rate5m", "up"]],
    ["time() - max by (source) (up) + up", ["up"]],
  ])("are read from %s", (expr, names) => expect(readSeriesNames(expr)).toEqual(names));

  test("are refused for what is no PromQL, with the place", () => {
    expect(() => readSeriesNames("max(up")).toThrow("no PromQL at character 7 of max(up");
  });

  test("are refused for a selector that could mean anything", () => {
    expect(() => readSeriesNames('sum({job="dashboard"})')).toThrow("a selector that names no metric at character 5");
  });
});

describe("the catalogue's signal of a series", () => {
  test("is found by the name that Prometheus shows, of a histogram by each of its three", () => {
    expect(findSignal("webhook_deliveries_total")).toBe("webhook_deliveries");
    for (const end of ["bucket", "sum", "count"])
      expect(findSignal(`http_server_request_duration_${end}`)).toBe("http.server.request.duration");
  });

  test("is none for a histogram's bare name, which has no series, and for what is not declared", () => {
    expect(findSignal("http_server_request_duration")).toBeUndefined();
    expect(findSignal("node_load1")).toBeUndefined();
  });
});

test("a metric is unused as long as no query reads it", () => {
  const unused = findUnusedMetrics([{ reads: ["up", "queue_depth"] }, { reads: [] }]);
  expect(unused).toContain("active_spans");
  expect(unused).not.toContain("up");
  expect(unused).not.toContain("queue_depth");
});
