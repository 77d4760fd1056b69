import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { PerformanceProfiler } from "./profiler.ts";
import { createSpanRecorder } from "./span-recorder.ts";

/** Runs the monotonic clock on by at least `ms`. */
async function pass(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) await wait(1);
}

describe("PerformanceProfiler", () => {
  test("measures milliseconds between two marks, and from a mark until now", async () => {
    const profiler = new PerformanceProfiler();
    const from = performance.now();
    profiler.mark("start");
    await pass(5);
    profiler.mark("end");
    const between = profiler.measure("work", "start", "end");
    await pass(2);
    const untilNow = profiler.measure("work", "start");
    expect(between).toBeGreaterThanOrEqual(5);
    expect(untilNow).toBeGreaterThanOrEqual(between + 2);
    expect(untilNow).toBeLessThanOrEqual(performance.now() - from);
    expect(profiler.measure("work", "start", "end")).toBe(between);
  });

  test("names the mark that is missing", () => {
    const profiler = new PerformanceProfiler();
    expect(() => profiler.measure("work", "start")).toThrow('cannot measure "work": there is no mark "start"');
    profiler.mark("start");
    expect(() => profiler.measure("work", "start", "end")).toThrow('there is no mark "end"');
  });

  test("lists what took longer than the threshold, the slowest first", async () => {
    const profiler = new PerformanceProfiler();
    profiler.mark("a");
    await pass(10);
    const short = profiler.measure("short", "a");
    await pass(10);
    const long = [profiler.measure("long", "a"), profiler.measure("long", "a")];
    profiler.mark("b");
    profiler.measure("quick", "b", "b");
    expect(profiler.getBottlenecks(5)).toEqual([
      { name: "long", count: 2, maxMs: Math.max(...long), meanMs: ((long[0] ?? 0) + (long[1] ?? 0)) / 2 },
      { name: "short", count: 1, maxMs: short, meanMs: short },
    ]);
    expect(profiler.getBottlenecks(short).map(({ name }) => name)).toEqual(["long"]);
    expect(profiler.getBottlenecks(3_600_000)).toEqual([]);
  });

  test("forgets the oldest marks and measures", () => {
    const profiler = new PerformanceProfiler();
    profiler.mark("first");
    profiler.mark("kept");
    profiler.measure("oldest", "first");
    for (let n = 0; n < 999; n += 1) profiler.mark(`mark ${n}`);
    expect(() => profiler.measure("late", "first")).toThrow('no mark "first"');
    for (let n = 0; n < 1_000; n += 1) profiler.measure("newer", "kept");
    expect(profiler.getBottlenecks(-1)).toMatchObject([{ name: "newer", count: 1_000 }]);
  });

  test("feeds the histogram that it is given, with a bounded number of series", async () => {
    const recorder = createSpanRecorder();
    const profiler = new PerformanceProfiler({ histogram: recorder.metrics.profilerMeasureDuration });
    profiler.mark("start");
    for (let n = 0; n < 150; n += 1) profiler.measure(`measure ${n}`, "start");
    const points = await recorder.points("profiler_measure_duration");
    expect(points).toHaveLength(101);
    expect(points.at(-1)).toMatchObject({ attributes: { measure: "(other)" }, value: { count: 50 } });
    await recorder.close();
  });
});
