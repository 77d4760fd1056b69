import { describe, expect, test } from "@jest/globals";
import { renderDuration } from "./duration.ts";

describe("a duration", () => {
  test.each([
    [0, "0s"],
    [1, "1s"],
    [30, "30s"],
    [60, "1m"],
    [90, "90s"],
    [3_570, "3570s"],
    [5_400, "90m"],
    [43_200, "12h"],
    [172_800, "2d"],
    [1.5, "1500ms"],
    [0.25, "250ms"],
  ])("of %d s is written %s", (seconds, text) => {
    expect(renderDuration(seconds, 1)).toBe(text);
  });

  test("is scaled, and keeps its milliseconds", () => {
    expect(renderDuration(30, 0.05)).toBe("1500ms");
    expect(renderDuration(3_600, 0.05)).toBe("3m");
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("of %d s is refused", (seconds) => {
    expect(() => renderDuration(seconds, 1)).toThrow(/must be finite and not negative/);
  });
});
