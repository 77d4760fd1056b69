import { expect, test } from "@jest/globals";
import { createLastKnown } from "./last-known.ts";

const patient = { freshMs: 0, patienceMs: 60_000, onError: () => {} };

test("reads once for all who ask at the same time", async () => {
  let reads = 0;
  const known = createLastKnown({ ...patient, read: async () => ++reads });
  const given = await Promise.all([known.get(), known.get(), known.get()]);
  expect(given.map((one) => one?.value)).toEqual([1, 1, 1]);
  expect((await known.get())?.value).toBe(2);
});

test("does not read again while it is fresh", async () => {
  let reads = 0;
  const known = createLastKnown({ ...patient, freshMs: 60_000, read: async () => ++reads });
  await known.get();
  expect((await known.get())?.value).toBe(1);
});

test("gives what was known last, with its age, when reading fails, and tells of the failure", async () => {
  const errors: unknown[] = [];
  const failure = new Error("away");
  let isAway = false;
  const known = createLastKnown({
    ...patient,
    read: async () => {
      if (isAway) throw failure;
      return "here";
    },
    onError: (error) => void errors.push(error),
  });
  const first = await known.get();
  isAway = true;
  expect(await known.get()).toEqual(first);
  expect(first?.value).toBe("here");
  expect(errors).toEqual([failure]);
});

test("keeps what was known last where there is nothing to be read", async () => {
  const answers = ["first", undefined];
  const known = createLastKnown({ ...patient, read: async () => answers.shift() });
  const first = await known.get();
  expect(await known.get()).toEqual(first);
  expect(first?.value).toBe("first");
});

test("waits no longer than its patience for what hangs, and takes what comes later", async () => {
  const answer = Promise.withResolvers<string>();
  const known = createLastKnown({ ...patient, patienceMs: 1, read: () => answer.promise });
  expect(await known.get()).toBeUndefined();
  const waiting = known.get();
  answer.resolve("late");
  await waiting;
  expect((await known.get())?.value).toBe("late");
});
