import { describe, expect, test } from "@jest/globals";
import { sayMoment, sayRange, sayShare, sayStep, sayValue } from "./chart-words.ts";

describe("a value in words", () => {
  test.each([
    ["dashboardStatus", 1, "healthy"],
    ["dashboardStatus", 0, "degraded"],
    ["dashboardStatus", 0.999, "healthy 99 % of the time"],
    ["queueSize", 0, "0 jobs"],
    ["queueSize", 1, "1 job"],
    ["queueSize", 1_234_567, "1,234,567 jobs"],
    ["successRate", 1, "100 %"],
    ["successRate", 0.9999, "99.9 %"],
    ["successRate", 0.95, "95 %"],
    ["successRate", 0, "0 %"],
    ["processingTime", 0, "0ms"],
    ["processingTime", 0.85, "850ms"],
    ["processingTime", 12.54, "12.5 s"],
    ["processingTime", 125, "2m 5s"],
    ["processingTime", 864_000, "10d"],
  ] as const)("of %s, %p is %p", (chart, value, words) => {
    expect(sayValue(chart, value)).toBe(words);
  });

  test("that is not known says so, and is no 0", () => {
    expect(sayValue("queueSize", undefined)).toBe("not known");
  });

  test("is a whole hundred per cent only when nothing is missing", () => {
    expect(sayShare(0.999_999, 2)).toBe("99.99 %");
    // Just below 29 as a product of floating point.
    expect(sayShare(0.29, 0)).toBe("29 %");
  });
});

test("moments, steps and ranges are called by what they are", () => {
  const at = new Date("2026-11-23T09:05:00Z");
  expect(sayMoment({ range: "1h" }, at)).toBe("09:05");
  expect(sayMoment({ range: "7d" }, at)).toBe("23 Nov 09:05");
  expect((["1h", "24h", "7d"] as const).map((range) => sayStep({ range }))).toEqual(["minute", "10 minutes", "hour"]);
  expect(sayRange({ range: "1h" })).toBe("the last hour");
  expect(sayRange({ range: "7d" })).toBe("the last 7 days");
});
