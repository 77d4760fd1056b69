import { describe, expect, test } from "@jest/globals";
import { listTimeTicks } from "./time-ticks.ts";

const labels = (...of: Parameters<typeof listTimeTicks>) => listTimeTicks(...of).map(({ label }) => label);
const until = new Date("2026-11-23T10:38:00Z");
const earlier = (seconds: number) => new Date(until.getTime() - seconds * 1_000);

describe("the time axis", () => {
  test("of an hour names every ten minutes", () => {
    expect(labels("1h", earlier(3_600), until)).toEqual(["09:40", "09:50", "10:00", "10:10", "10:20", "10:30"]);
  });

  test("of a day names every four hours, and the new day by its name", () => {
    expect(labels("24h", earlier(86_400), until)).toEqual(["12:00", "16:00", "20:00", "23 Nov", "04:00", "08:00"]);
  });

  test("of a week names the days, over the end of a month too", () => {
    const from = new Date("2026-11-27T22:00:00Z");
    expect(labels("7d", from, new Date("2026-12-04T22:00:00Z"))).toEqual([
      ...["28 Nov", "29 Nov", "30 Nov", "1 Dec", "2 Dec", "3 Dec", "4 Dec"],
    ]);
  });

  test("has both ends when they are round", () => {
    const from = new Date("2026-11-23T10:00:00Z");
    expect(labels("1h", from, new Date("2026-11-23T10:20:00Z"))).toEqual(["10:00", "10:10", "10:20"]);
  });

  test("leaves out every other one where there is little room, the same ones as time goes on", () => {
    const minorAt = (seconds: number) => {
      const ticks = listTimeTicks("24h", earlier(86_400 - seconds), earlier(-seconds));
      return ticks.filter(({ isMinor }) => isMinor).map(({ at }) => at.toISOString().slice(11, 16));
    };
    expect(minorAt(0)).toEqual(["12:00", "20:00", "04:00"]);
    expect(minorAt(4 * 3_600)).toEqual(["20:00", "04:00", "12:00"]);
  });
});
