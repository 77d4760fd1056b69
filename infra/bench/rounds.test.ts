import { describe, expect, test } from "@jest/globals";
import { readRatio, readSpread, runRounds } from "./rounds.ts";

describe("the spread of the rounds", () => {
  test("has the middle one as its median, whatever their order", () => {
    expect(readSpread([3, 1, 200])).toEqual({ median: 3, min: 1, max: 200 });
  });

  test("has the mean of the two in the middle as the median of an even number", () => {
    expect(readSpread([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
  });

  test("is not known of nothing", () => {
    expect(() => readSpread([])).toThrow("no samples");
  });
});

describe("a ratio", () => {
  test("is taken in each round, so that a slow moment of the machine leaves it alone", () => {
    expect(readRatio([90, 9, 180], [100, 10, 200])).toEqual({ median: 0.9, min: 0.9, max: 0.9 });
  });

  test("needs as many rounds of both", () => {
    expect(() => readRatio([1, 2], [1])).toThrow("2 rounds against 1");
  });
});

describe("the rounds", () => {
  const run = (options: { rounds: number; signal?: AbortSignal; measure?: (variant: string) => Promise<number> }) => {
    const turns: string[] = [];
    const progress: string[] = [];
    const done = runRounds({
      variants: ["a", "b", "c"],
      signal: new AbortController().signal,
      measure: async (variant) => turns.push(variant),
      onProgress: (...told) => void progress.push(told.join(" ")),
      ...options,
    });
    return { done, turns, progress };
  };

  test("give each variant one turn in each, beginning with another each time", async () => {
    const { done, turns, progress } = run({ rounds: 4 });
    const samples = await done;
    expect(turns.join("")).toBe("abcbcacababc");
    expect(samples.get("a")).toEqual([1, 6, 8, 10]);
    expect(progress.at(-1)).toBe("turns 12 12");
  });

  test("run one turn at a time", async () => {
    let running = 0;
    const measure = async () => {
      running += 1;
      const sample = running;
      await Promise.resolve();
      running -= 1;
      return sample;
    };
    const samples = await run({ rounds: 2, measure }).done;
    expect([...samples.values()].flat()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("end when a turn fails, and when they are told to stop", async () => {
    const measure = () => Promise.reject(new Error("no answer"));
    await expect(run({ rounds: 2, measure }).done).rejects.toThrow("no answer");
    const stopped = run({ rounds: 2, signal: AbortSignal.abort(new Error("stopped")) });
    await expect(stopped.done).rejects.toThrow("stopped");
    expect(stopped.turns).toEqual([]);
  });
});
