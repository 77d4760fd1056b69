import { beforeEach, describe, expect, test } from "@jest/globals";
import { type ControlledDelay, createControlledDelay } from "./controlled-delay.ts";

const intervalMs = 1_000;
const targetMs = 100;
const waiting = 5;

let time: number;
let delay: ControlledDelay;
/** What became of those that waited, in the order in which it did. */
let outcomes: string[];

beforeEach(() => {
  time = 50;
  outcomes = [];
  delay = createControlledDelay({ places: 2, waiting, intervalMs, targetMs, now: () => time });
});

function wait(name: string): () => void {
  const leaveLine = delay.wait({
    take: () => void outcomes.push(`${name} taken`),
    refuse: () => void outcomes.push(`${name} refused`),
  });
  if (leaveLine === undefined) throw new Error(`${name} found the line full`);
  return leaveLine;
}

function fill(): void {
  while (delay.enter());
}

/** A line in which one has always waited for longer than the interval; those who did are gone. */
function overload(): void {
  fill();
  wait("first");
  time += intervalMs - 1;
  wait("last");
  time += targetMs;
  wait("now");
  delay.refuseLate();
  expect(outcomes.splice(0)).toEqual(["first refused", "last refused"]);
}

test("lets in as many as there are places, and again when one is given back", () => {
  expect([delay.enter(), delay.enter(), delay.enter()]).toEqual([true, true, false]);
  delay.leave();
  expect([delay.enter(), delay.enter()]).toEqual([true, false]);
});

test("a place given back is the waiting one's: nobody else comes in before", () => {
  fill();
  wait("a");
  delay.leave();
  expect(outcomes).toEqual(["a taken"]);
  expect(delay.enter()).toBe(false);
  delay.leave();
  expect(delay.enter()).toBe(true);
});

test("the line is bounded", () => {
  fill();
  for (let n = 0; n < waiting; n++) wait(String(n));
  expect(delay.wait({ take: () => {}, refuse: () => {} })).toBeUndefined();
  delay.leave();
  wait("again");
});

test("who leaves the line holds nothing, and may say so again", () => {
  fill();
  const leaveLine = wait("a");
  wait("b");
  leaveLine();
  leaveLine();
  delay.leave();
  delay.leave();
  expect(outcomes).toEqual(["b taken"]);
  expect(delay.refuseLate()).toBeUndefined();
  expect([delay.enter(), delay.enter()]).toEqual([true, false]);
});

test("who was taken has left the line", () => {
  fill();
  const leaveLine = wait("a");
  wait("b");
  delay.leave();
  leaveLine();
  delay.leave();
  expect(outcomes).toEqual(["a taken", "b taken"]);
});

describe("in a burst", () => {
  test("one waits for nearly the interval, and the first comes first", () => {
    fill();
    wait("a");
    time += intervalMs - 1;
    wait("b");
    expect(delay.refuseLate()).toBe(1);
    delay.leave();
    delay.leave();
    expect(outcomes).toEqual(["a taken", "b taken"]);
  });

  test("a line that has been empty meanwhile may stand for another interval", () => {
    fill();
    wait("a");
    time += intervalMs - 1;
    delay.leave();
    wait("b");
    time += intervalMs - 1;
    expect(delay.refuseLate()).toBe(1);
    delay.leave();
    expect(outcomes).toEqual(["a taken", "b taken"]);
  });
});

describe("in overload", () => {
  test("begins with the interval: who has waited for longer than the target is refused, the others get the rest of it", () => {
    fill();
    wait("a");
    time += intervalMs - targetMs;
    wait("b");
    time += 30;
    wait("c");
    time += targetMs - 30;
    expect(delay.refuseLate()).toBe(30);
    expect(outcomes).toEqual(["a refused", "b refused"]);
  });

  test("nobody waits longer than the target", () => {
    overload();
    expect(delay.refuseLate()).toBe(targetMs);
    time += targetMs;
    wait("next");
    expect(delay.refuseLate()).toBe(targetMs);
    expect(outcomes).toEqual(["now refused"]);
  });

  test("a place is the last one's who came", () => {
    overload();
    wait("a");
    wait("b");
    delay.leave();
    expect(outcomes).toEqual(["b taken"]);
  });

  test("whose time is up is refused when a place comes free, even before the timer", () => {
    overload();
    time += targetMs;
    wait("a");
    delay.leave();
    expect(outcomes).toEqual(["now refused", "a taken"]);
  });

  test("a place that only those come free for whose time is up is free", () => {
    overload();
    time += targetMs;
    delay.leave();
    expect(outcomes).toEqual(["now refused"]);
    expect(delay.enter()).toBe(true);
  });

  test("is over when the line has been empty", () => {
    overload();
    delay.leave();
    wait("a");
    expect(delay.refuseLate()).toBe(intervalMs);
    time += intervalMs - 1;
    wait("b");
    delay.leave();
    expect(outcomes).toEqual(["now taken", "a taken"]);
  });
});
