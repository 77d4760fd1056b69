import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { Sample } from "./history-source.ts";
import { startRecorder } from "./recorder.ts";

describe("the recorder", () => {
  test("offers what is known each time anew, a failure lost and no more", async () => {
    const kept: Sample[] = [];
    const enough = Promise.withResolvers<void>();
    let read = 0;
    const recorder = startRecorder({
      read: () => ({ queueSize: read++ }),
      async record(sample) {
        if (sample.queueSize === 1) throw new Error("the database is away");
        kept.push(sample);
        if (kept.length === 3) enough.resolve();
      },
      everyMs: 1,
      after: Promise.resolve(),
    });
    await enough.promise;
    await recorder.close();
    expect(kept.slice(0, 3)).toEqual([{ queueSize: 0 }, { queueSize: 2 }, { queueSize: 3 }]);
    const after = read;
    await delay(20);
    expect(read).toBe(after);
  });

  test("waits for the first look at everything, and closes though it never comes", async () => {
    let offered = 0;
    const recorder = startRecorder({
      read: () => ({}),
      async record() {
        offered += 1;
      },
      everyMs: 1,
      after: new Promise(() => {}),
    });
    await delay(20);
    await recorder.close();
    expect(offered).toBe(0);
  });
});
