import { describe, expect, test } from "@jest/globals";
import { readScrape } from "./text.ts";
import { boundaries, durationOf, listRequestKinds, seriesPerKind } from "./workload.ts";

describe("the kinds of requests", () => {
  test("make as many series as are asked for, each kind once", () => {
    const kinds = listRequestKinds(1_000);
    expect(kinds.length * seriesPerKind).toBe(1_000);
    expect(new Set(kinds.map((kind) => JSON.stringify(kind))).size).toBe(kinds.length);
  });

  test("are refused when the series do not come out even", () => {
    expect(() => listRequestKinds(seriesPerKind + 1)).toThrow(`a multiple of ${seriesPerKind}`);
  });

  test("last so long that they come into many buckets", () => {
    const durations = boundaries.map((_, n) => durationOf(n));
    const bucketOf = (duration: number) => boundaries.findIndex((bound) => duration <= bound);
    expect(new Set(durations.map(bucketOf)).size).toBeGreaterThan(boundaries.length / 2);
  });
});

describe("a scrape's text", () => {
  const text = [
    "# HELP a_total Something",
    "# TYPE a_total counter",
    'target_info{service_name="a 1"} 1',
    'a_total{route="/ and 9"} 2',
    'a_total{route="/other"} 3.5',
    'a_total_more{route="/"} 100',
    "b 7",
    "",
  ].join("\n");

  test("has a series for each line that is no comment, without that of the target", () => {
    expect(readScrape(text).series).toBe(4);
  });

  test("tells the sum of a metric, and of no other whose name begins the same", () => {
    expect(readScrape(text).sumOf("a_total")).toBe(5.5);
    expect(readScrape(text).sumOf("b")).toBe(7);
    expect(readScrape(text).sumOf("c")).toBe(0);
  });
});
