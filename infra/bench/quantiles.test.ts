import { describe, expect, test } from "@jest/globals";
import { readQuantiles } from "./quantiles.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe("quantiles", () => {
  test("are the sample at the nearest rank", () => {
    expect(readQuantiles(upTo(100))).toEqual({ count: 100, p50: 50, p95: 95, p99: 99 });
    expect(readQuantiles(upTo(1_000))).toEqual({ count: 1_000, p50: 500, p95: 950, p99: 990 });
  });

  test("do not depend on the order of the samples, and leave it as it is", () => {
    const samples = upTo(100).reverse();
    expect(readQuantiles(samples)).toEqual(readQuantiles(upTo(100)));
    expect(samples[0]).toBe(100);
  });

  test("sort numbers as numbers, not as text", () => {
    expect(readQuantiles([9, 10, 100]).p50).toBe(10);
  });

  test("round the rank up: of ten samples the tenth is the 95th percentile", () => {
    expect(readQuantiles(upTo(10))).toMatchObject({ p50: 5, p95: 10, p99: 10 });
  });

  test("of one sample are that sample", () => {
    expect(readQuantiles([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7 });
  });

  test("of no sample are refused", () => {
    expect(() => readQuantiles([])).toThrow("at least one");
  });
});
