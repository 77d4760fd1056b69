import { describe, expect, test } from "@jest/globals";
import { formatDuration, formatRatio } from "./human.ts";

describe("formatDuration", () => {
  test.each([
    [0, "0ms"],
    [849.6, "850ms"],
    [999.4, "999ms"],
    [999.5, "1s"],
    [12_000, "12s"],
    [59_499, "59s"],
    [59_500, "1m"],
    [90_000, "1m 30s"],
    [120_000, "2m"],
    [3_599_600, "1h"],
    [3_900_000, "1h 5m"],
    [86_370_000, "1d"],
    [180_000_000, "2d 2h"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("has nothing to say without data", () => {
    expect(formatDuration(null)).toBeNull();
  });
});

describe("formatRatio", () => {
  test.each([
    [0, "0%"],
    [0.29, "29%"],
    [0.57, "57%"],
    [1200 / 1250, "96%"],
    [0.997, "99%"],
    [0.999_999, "99%"],
    [1, "100%"],
  ])("writes %d as %s", (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });

  test("gives back every whole per cent that a division can make", () => {
    for (let percent = 0; percent <= 100; percent++) expect(formatRatio(percent / 100)).toBe(`${percent}%`);
  });

  test("has nothing to say without data", () => {
    expect(formatRatio(null)).toBeNull();
  });
});
