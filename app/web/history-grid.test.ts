import { describe, expect, test } from "@jest/globals";
import { type HistoryRange, historyRanges } from "../catalogue/history.ts";
import { createGrid, listSteps } from "./history-grid.ts";

const ranges = Object.keys(historyRanges) as readonly HistoryRange[];

describe.each(ranges)("the steps of %s", (range) => {
  const { seconds, stepSeconds } = historyRanges[range];
  const until = new Date("2026-11-23T10:37:12.345Z");
  const steps = listSteps(createGrid(range, until));

  test("make up the whole range", () => {
    expect(seconds % stepSeconds).toBe(0);
    expect(steps).toHaveLength(seconds / stepSeconds);
  });

  test("begin at multiples of their length, one after the other", () => {
    const times = steps.map((at) => at.getTime() / 1_000);
    for (const [n, time] of times.entries()) {
      expect(time % stepSeconds).toBe(0);
      if (n > 0) expect(time - (times[n - 1] ?? 0)).toBe(stepSeconds);
    }
  });

  test("end with the one that is not over yet, and that has just begun at its first moment", () => {
    const last = steps.at(-1)?.getTime() ?? 0;
    expect(last).toBeLessThanOrEqual(until.getTime());
    expect(last + stepSeconds * 1_000).toBeGreaterThan(until.getTime());
    expect(listSteps(createGrid(range, new Date(last))).at(-1)).toEqual(new Date(last));
  });
});
