import { describe, expect, test } from "@jest/globals";
import { queueSizeBusy, thresholds } from "../catalogue/thresholds.ts";
import { createValueAxis } from "./chart-axis.ts";

const labels = (...of: Parameters<typeof createValueAxis>) => createValueAxis(...of).ticks.map(({ label }) => label);

describe("the axis of the queue", () => {
  test("reaches beyond the first threshold even when nothing waits", () => {
    for (const values of [[], [0], [3]])
      expect(createValueAxis("queueSize", values).high).toBeGreaterThan(queueSizeBusy);
  });

  test("reaches the alert's threshold when a value is half-way there, and not before", () => {
    const { above } = thresholds.queueSizeHigh;
    expect(createValueAxis("queueSize", [above / 2]).high).toBeGreaterThan(above);
    expect(createValueAxis("queueSize", [above / 2 - 1]).high).toBeLessThan(above);
  });

  test("counts whole jobs, in few letters however many they are", () => {
    expect(labels("queueSize", [0])).toEqual(["0", "5", "10", "15"]);
    expect(labels("queueSize", [12_345_678])).toEqual(["0", "5M", "10M", "15M"]);
    expect(labels("queueSize", [9_000])).toEqual(["0", "5,000", "10K"]);
  });
});

describe("the axis of the success rate", () => {
  test("is the whole of it, or the last fifth when everything is there", () => {
    expect(labels("successRate", [0.5, 1])).toEqual(["0 %", "25 %", "50 %", "75 %", "100 %"]);
    expect(labels("successRate", [0.9, 1])).toEqual(["80 %", "85 %", "90 %", "95 %", "100 %"]);
    expect(labels("successRate", [])[0]).toBe("80 %");
  });
});

describe("the axis of the processing time", () => {
  test.each([
    [[0.0004], "milliseconds", ["0", "0.1", "0.2", "0.3", "0.4"]],
    [[0.85], "milliseconds", ["0", "500", "1,000"]],
    [[1], "seconds", ["0", "0.5", "1"]],
    [[90], "seconds", ["0", "50", "100"]],
    [[150, 190], "minutes", ["0", "1", "2", "3", "4"]],
    [[7_500], "hours", ["0", "1", "2", "3"]],
    [[864_000], "days", ["0", "5", "10"]],
    [[0], "seconds", ["0", "5", "10"]],
    [[], "seconds", ["0", "5", "10"]],
  ] as const)("of %p counts %s", (values, unit, ticks) => {
    expect(createValueAxis("processingTime", values).unit).toBe(unit);
    expect(labels("processingTime", values)).toEqual(ticks);
  });

  test("ends at or above the longest", () => {
    for (const seconds of [0.07, 0.9, 14, 119, 3_000, 7_199, 100_000])
      expect(createValueAxis("processingTime", [seconds]).high).toBeGreaterThanOrEqual(seconds);
  });
});
