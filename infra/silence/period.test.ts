import { describe, expect, test } from "@jest/globals";
import { readPeriod } from "./period.ts";

describe("how long a silence lasts", () => {
  test.each([
    ["90m", 5_400],
    ["2h", 7_200],
    ["1h30m", 5_400],
    ["1d", 86_400],
    ["45s", 45],
    ["30d", 2_592_000],
  ])("%s is %d s", (text, seconds) => {
    expect(readPeriod(text)).toBe(seconds);
  });

  test.each(["", "2", "h", "0m", "-1h", "1.5h", "30m1h", "2 h", "31d", "29d25h", "1w", "9999999999d"])(
    "%j is refused with what is allowed",
    (text) => {
      expect(() => readPeriod(text)).toThrow(/write it like 90m, 2h, 1h30m or 1d, at most 30d/);
    },
  );
});
