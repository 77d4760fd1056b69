import { describe, expect, test } from "@jest/globals";
import { readCallgrindCount, readPerfCount } from "./instructions.ts";

describe("counted instructions", () => {
  test("are read from perf, and unknown where the machine does not count", () => {
    expect(readPerfCount("# started on Tue\n\n123456789,,instructions:u,1000,100.00,,\n")).toBe(123_456_789);
    expect(readPerfCount("<not supported>,,instructions:u,0,100.00,,\n")).toBeUndefined();
    expect(readPerfCount("")).toBeUndefined();
  });

  test("are read from callgrind's totals", () => {
    expect(readCallgrindCount("events: Ir\n\nfn=(1)\n0 12\n\ntotals: 90521621\n")).toBe(90_521_621);
    expect(() => readCallgrindCount("events: Ir\n")).toThrow("no totals");
  });
});
