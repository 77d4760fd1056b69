import { expect, test } from "@jest/globals";
import { formatElapsed, tellElapsed } from "./elapsed.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [-5 * second, "a moment"],
  [9_999, "a moment"],
  [10 * second, "10s"],
  [59_999, "50s"],
  [minute, "1m"],
  [59 * minute + 59 * second, "59m"],
  [hour, "1h"],
  [hour + 5 * minute + 59 * second, "1h 5m"],
  [day, "1d"],
  [2 * day + 3 * hour, "2d 3h"],
])("%d ms are %s", (ms, words) => {
  expect(formatElapsed(ms)).toBe(words);
});

test("a time is so long ago, and something has lasted for as long", () => {
  expect([tellElapsed("ago", 20 * second), tellElapsed("for", 20 * second)]).toEqual(["20s ago", "20s"]);
});
