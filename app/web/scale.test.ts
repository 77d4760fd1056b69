import { describe, expect, test } from "@jest/globals";
import { createScale, listTicks } from "./scale.ts";

describe("a scale", () => {
  test("puts values onto a length, which may run the other way", () => {
    const scale = createScale([0, 50], [208, 32]);
    expect([0, 25, 50].map(scale)).toEqual([208, 120, 32]);
  });

  test("of a single value puts all at its start, and not nowhere", () => {
    expect(createScale([5, 5], [10, 20])(5)).toBe(10);
  });
});

describe("ticks", () => {
  test.each([
    [12, 4, [0, 5, 10, 15]],
    [10, 4, [0, 5, 10]],
    [60, 4, [0, 20, 40, 60]],
    [0.3, 3, [0, 0.1, 0.2, 0.3]],
    [0.00042, 4, [0, 0.0002, 0.0004, 0.0006]],
    [12_345_678, 4, [0, 5_000_000, 10_000_000, 15_000_000]],
    [1e15, 4, [0, 5e14, 1e15]],
  ])("up to %p in some %i parts are round numbers, the last not below it", (high, count, ticks) => {
    expect(listTicks(high, count)).toEqual(ticks);
  });

  test.each(Array.from({ length: 60 }, (_, n) => 1.7 ** (n - 20)))("up to %p are from two to seven", (high) => {
    const ticks = listTicks(high, 4);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(high * (1 - 1e-9));
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThan(7);
  });

  test("are whole where there is no half of what is counted", () => {
    expect(listTicks(2, 4, 1)).toEqual([0, 1, 2]);
  });
});
