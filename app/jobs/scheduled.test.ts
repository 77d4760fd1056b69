import { describe, expect, test } from "@jest/globals";
import { createFakeTracing } from "./fake-tracing.ts";
import { createScheduled, type ScheduledOptions } from "./scheduled.ts";

function createWorld(work: Partial<ScheduledOptions["work"]>) {
  const tracing = createFakeTracing();
  const logged: unknown[][] = [];
  const nothing = async () => "nothing";
  const run = createScheduled({
    tracing,
    work: { turn_rotation: nothing, session_cleanup: nothing, retention: nothing, ...work },
    log: (...args) => void logged.push([...args, tracing.carrier().traceparent]),
  });
  return { run, tracing, logged };
}

describe("a scheduled job", () => {
  test("runs in a trace of its own and tells what it did", async () => {
    const { run, tracing, logged } = createWorld({ retention: async () => "7 old jobs pruned" });
    await run("retention");
    expect(tracing.spans).toMatchObject([
      { name: "job.retention", options: { parent: {} }, attributes: { "job.name": "retention" } },
    ]);
    expect(logged).toEqual([["info", "retention: 7 old jobs pruned", "span of job.retention"]]);
  });

  test("that fails is told inside its trace, and left to the queue to bring again", async () => {
    const error = new Error("the database did not answer");
    const { run, tracing, logged } = createWorld({ session_cleanup: () => Promise.reject(error) });
    await expect(run("session_cleanup")).rejects.toBe(error);
    expect(tracing.spans).toMatchObject([{ name: "job.session_cleanup", error }]);
    expect(logged).toEqual([["error", "session_cleanup failed", error, "span of job.session_cleanup"]]);
  });
});
