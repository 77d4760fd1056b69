import { describe, expect, test } from "@jest/globals";
import { readAllocatedBytes, startAllocationCount } from "./allocation.ts";

describe("allocated bytes", () => {
  test("are what the heap grew by between the collections", () => {
    expect(readAllocatedBytes({ start: 100, collections: [], end: 130 })).toBe(30);
    const collections = [
      { before: 150, after: 90 },
      { before: 190, after: 20 },
    ];
    expect(readAllocatedBytes({ start: 100, collections, end: 25 })).toBe(50 + 100 + 5);
  });

  test("are counted in this process, collected or not", () => {
    const bytesEach = 80_000;
    const count = 1_000;
    const read = startAllocationCount();
    let last: readonly number[] = [];
    // An array of doubles takes eight bytes each.
    for (let i = 0; i < count; i += 1) last = new Array<number>(bytesEach / 8).fill(i + 0.5);
    const allocated = read();
    expect(last).toHaveLength(bytesEach / 8);
    expect(allocated / (bytesEach * count)).toBeGreaterThan(0.95);
    expect(allocated / (bytesEach * count)).toBeLessThan(1.3);
  });
});
