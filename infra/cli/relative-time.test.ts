import { describe, expect, test } from "@jest/globals";
import { formatAgo, formatSince } from "./relative-time.ts";

const now = new Date("2026-11-28T12:00:00.000Z");

describe("how long ago something was", () => {
  test.each([
    ["2026-11-28T11:59:59.500Z", "just now", "0s"],
    ["2026-11-28T11:59:57.900Z", "2s ago", "2s"],
    ["2026-11-28T11:56:40.000Z", "3m 20s ago", "3m 20s"],
    ["2026-11-26T10:00:00.000Z", "2d 2h ago", "2d 2h"],
    ["2026-11-28T12:00:05.000Z", "just now", "0s"],
  ])("%s is told in its two largest units, and the future as now", (time, ago, since) => {
    expect([formatAgo(time, now), formatSince(time, now)]).toEqual([ago, since]);
  });
});
