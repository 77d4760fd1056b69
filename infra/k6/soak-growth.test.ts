import { describe, expect, test } from "@jest/globals";
import { soak } from "../../app/catalogue/soak.ts";
import { createRandom } from "../e2e/random.ts";
import { judgeGrowth, type Verdict } from "./soak-growth.ts";
import type { ProcessSample } from "./soak-sample.ts";

const mebibyte = 1_048_576;
const sampleMs = soak.sampleSeconds * 1_000;

type Course = (seconds: number) => number;

/**
 * A process whose heap climbs between full collections, as V8 lets it, with its other figures jittering; `live` is what it
 * cannot do without, in MiB.
 */
function createSamples(options: {
  readonly minutes: number;
  readonly live?: Course;
  readonly outside?: Course;
  readonly descriptors?: Course;
  readonly secondsPerCollection?: number;
}): readonly ProcessSample[] {
  const { live = () => 50, outside = () => 110, descriptors = () => 110, secondsPerCollection = 4 } = options;
  const random = createRandom(1);
  const jitter = (most: number) => random.next() * most;
  return Array.from({ length: (options.minutes * 60_000) / sampleMs }, (_, n) => {
    const seconds = n * soak.sampleSeconds;
    const garbage = (seconds % secondsPerCollection) * 8 + jitter(4);
    return {
      atMs: n * sampleMs,
      residentBytes: (250 + garbage) * mebibyte,
      heapUsedBytes: (live(seconds) + garbage) * mebibyte,
      outsideBytes: (outside(seconds) + jitter(6)) * mebibyte,
      fullCollections: Math.floor(seconds / secondsPerCollection),
      descriptors: Math.round(descriptors(seconds) + jitter(6)),
      resources: 100,
    };
  });
}

const verdicts = (samples: readonly ProcessSample[]): Readonly<Record<string, Verdict>> =>
  Object.fromEntries(Object.entries(judgeGrowth(samples)).map(([name, { verdict }]) => [name, verdict]));
const flat = { heap: "flat", outside: "flat", descriptors: "flat", resources: "flat" };

describe("a process", () => {
  test.each([1, 3, 30, 480])("whose heap is a saw with noisy teeth is flat after %d min", (minutes) => {
    expect(verdicts(createSamples({ minutes }))).toEqual(flat);
  });

  test("that needed its first half to warm up is flat", () => {
    const warm = (to: number) => (seconds: number) => Math.min(to, 10 + seconds * 4);
    const samples = createSamples({ minutes: 2, live: warm(90), outside: warm(140), descriptors: warm(150) });
    expect(verdicts(samples)).toEqual(flat);
  });

  test("that gives memory and handles back is flat", () => {
    const falling = (seconds: number) => 200 - seconds;
    expect(verdicts(createSamples({ minutes: 2, live: falling, descriptors: falling }))).toEqual(flat);
  });

  test.each([
    { what: "half a MiB a second, in a minute", minutes: 1, perSecond: 0.5 },
    { what: "a MiB a minute, in half an hour", minutes: 30, perSecond: 1 / 60 },
    { what: "5 MiB an hour, in a night", minutes: 480, perSecond: 5 / 3_600 },
  ])("that keeps objects is growing under its saw's teeth: $what", ({ minutes, perSecond }) => {
    expect(verdicts(createSamples({ minutes, live: (seconds) => 50 + seconds * perSecond }))).toEqual({
      ...flat,
      heap: "growing",
    });
  });

  test("that keeps buffers is growing beside its heap", () => {
    expect(verdicts(createSamples({ minutes: 30, outside: (seconds) => 110 + seconds / 10 }))).toEqual({
      ...flat,
      outside: "growing",
    });
  });

  test.each([
    { what: "one a second, in a minute", minutes: 1, perSecond: 1 },
    { what: "two a minute, in half an hour", minutes: 30, perSecond: 2 / 60 },
  ])("that does not close what it opens is growing: $what", ({ minutes, perSecond }) => {
    expect(verdicts(createSamples({ minutes, descriptors: (seconds) => 110 + seconds * perSecond }))).toEqual({
      ...flat,
      descriptors: "growing",
    });
  });

  test("that collected too seldom is unclear as to its memory, and not as to its handles", () => {
    const samples = createSamples({ minutes: 1, secondsPerCollection: 20 });
    expect(verdicts(samples)).toEqual({ ...flat, heap: "unclear", outside: "unclear" });
  });

  test("whose system counts no descriptors is unclear as to these", () => {
    const samples = createSamples({ minutes: 1 }).map((sample) => ({ ...sample, descriptors: undefined }));
    expect(verdicts(samples)).toEqual({ ...flat, descriptors: "unclear" });
  });
});

test("the rise is told by the hour", () => {
  const { heap } = judgeGrowth(createSamples({ minutes: 30, live: (seconds) => 50 + seconds / 60 }));
  expect(heap.perHour / mebibyte).toBeCloseTo(60, -1);
});

test("a run without samples is unclear", () => {
  expect(judgeGrowth([]).heap.verdict).toBe("unclear");
});
