import { describe, expect, test } from "@jest/globals";
import { createLoginBrake } from "./login-brake.ts";

const limits = {
  triesFree: 2,
  firstWaitSeconds: 2,
  longestWaitSeconds: 10,
  triesForgottenSeconds: 100,
  addressesKept: 3,
};

function createTestBrake() {
  const clock = { ms: 0 };
  const brake = createLoginBrake({ limits, now: () => clock.ms });
  const fail = (address: string, times = 1) => {
    for (let n = 0; n < times; n += 1) brake.failed(address);
    return brake.waitSeconds(address);
  };
  return { brake, clock, fail };
}

describe("wrong keys from an address", () => {
  test("are free at first, then cost a wait that doubles up to the longest", () => {
    const { fail } = createTestBrake();
    expect([1, 2, 3, 4, 5, 6, 7].map(() => fail("a"))).toEqual([0, 0, 2, 4, 8, 10, 10]);
  });

  test("cost nobody else anything", () => {
    const { brake, fail } = createTestBrake();
    expect(fail("a", 5)).toBe(8);
    expect(brake.waitSeconds("b")).toBe(0);
  });

  test("have been waited for after that time", () => {
    const { brake, clock, fail } = createTestBrake();
    fail("a", 3);
    clock.ms = 1_999;
    expect(brake.waitSeconds("a")).toBe(1);
    clock.ms = 2_000;
    expect(brake.waitSeconds("a")).toBe(0);
  });

  test("are forgotten with the right one, and after a long time", () => {
    const { brake, clock, fail } = createTestBrake();
    fail("a", 5);
    brake.succeeded("a");
    expect([brake.waitSeconds("a"), fail("a", 2)]).toEqual([0, 0]);
    fail("b", 5);
    clock.ms = 108_001;
    expect(fail("b", 2)).toBe(0);
  });

  test("are kept for so many addresses only: the ones that have not tried for longest go", () => {
    const { brake, fail } = createTestBrake();
    for (const address of ["a", "b", "c"]) fail(address, 5);
    fail("a");
    fail("d", 5);
    expect(["a", "b", "c", "d"].map((address) => brake.waitSeconds(address) > 0)).toEqual([true, false, true, true]);
  });
});
