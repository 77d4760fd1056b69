import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { jobTypes } from "../catalogue/job-types.ts";
import { queueTiming } from "../catalogue/queue.ts";
import { createEndlessHandler, createWorkerWorld, failure, picture } from "./worker-world.ts";

const { heartbeatMs, progressMs } = queueTiming;

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  jest.useFakeTimers();
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  jest.useRealTimers();
  // Node tells of unhandled rejections after the microtasks.
  await new Promise(setImmediate);
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function away(): Promise<never> {
  throw new Error("the database did not answer");
}

describe("progress", () => {
  test("is written at most once in an interval, and never goes back", async () => {
    const steps: [number, number][] = [
      [0, 0.1],
      [progressMs - 1, 0.2],
      [1, 0.3],
      [progressMs, 0.25],
      [0, 0.3],
      [0, 0.4],
    ];
    const world = createWorkerWorld(async (_job, { onProgress }) => {
      for (const [ms, fraction] of steps) {
        await world.advance(ms);
        onProgress(fraction);
      }
      return [picture];
    });
    const job = world.addJob();
    await world.handle(job.id);
    expect(job.progress).toEqual([0.1, 0.3, 0.4]);
  });

  test("that cannot be written does not fail the job", async () => {
    const world = createWorkerWorld(async (_job, { onProgress }) => {
      world.database = away;
      onProgress(0.5);
      world.database = async () => undefined;
      return [picture];
    });
    const job = world.addJob();
    expect(await world.handle(job.id)).toBe("done");
    expect(job.status).toBe("completed");
    expect(world.logged).toEqual([["warn", "progress was not written", expect.any(Error)]]);
  });
});

describe("the heartbeat", () => {
  test("says whether the worker got on with a job since the last one", async () => {
    const { promise, resolve } = Promise.withResolvers<[typeof picture]>();
    let report: (fraction: number) => void = () => undefined;
    const world = createWorkerWorld((_job, { onProgress }) => {
      report = onProgress;
      return promise;
    });
    await world.advance(heartbeatMs);
    const handling = world.handle(world.addJob().id);
    await world.advance(heartbeatMs);
    await world.advance(heartbeatMs);
    report(0.5);
    await world.advance(heartbeatMs);
    resolve([picture]);
    await handling;
    await world.advance(heartbeatMs);
    await world.advance(heartbeatMs);
    expect(world.beats).toEqual([false, true, false, true, true, false]);
    await world.close(0);
  });
});

describe("with the database away", () => {
  test("the queue is left to bring the job again, and the job goes on where it was", async () => {
    const world = createWorkerWorld(async ({ token }) => {
      if (token === 1) world.database = away;
      return [picture];
    });
    const job = world.addJob();
    await expect(world.handle(job.id)).rejects.toThrow("the database did not answer");
    await expect(world.handle(job.id)).rejects.toThrow("the database did not answer");
    expect(job).toMatchObject({ status: "processing", attempts: 1, failures: 0 });
    expect(world.processings).toEqual([]);
    world.database = async () => undefined;
    expect(await world.handle(job.id)).toBe("done");
    expect(job).toMatchObject({ status: "completed", attempts: 2, failures: 0 });
  });

  test("a failure that cannot be written is not counted", async () => {
    const world = createWorkerWorld(async () => {
      world.database = away;
      throw failure("comfyui_unreachable", true);
    });
    const job = world.addJob({ failures: jobTypes.image.attempts - 1 });
    await expect(world.handle(job.id)).rejects.toThrow("the database did not answer");
    expect(job).toMatchObject({ status: "processing", failures: jobTypes.image.attempts - 1 });
  });

  test("looks and heartbeats wait, are told, and go on afterwards", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const job = world.addJob();
    const handling = world.handle(job.id);
    await started;
    world.database = away;
    await world.advance(heartbeatMs);
    expect(world.logged).toEqual(
      expect.arrayContaining([
        ["warn", "looking for cancelled jobs must wait", expect.any(Error)],
        ["warn", "saying that this worker lives must wait", expect.any(Error)],
      ]),
    );
    world.database = async () => undefined;
    job.status = "cancelled";
    await world.advance(heartbeatMs);
    expect(await handling).toBe("done");
    expect(world.beats).toHaveLength(1);
    await world.close(0);
  });

  test("a look that hangs is not joined by further ones", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const handling = world.handle(world.addJob().id);
    await started;
    const hanging = jest.fn(() => new Promise<void>(() => undefined));
    world.database = hanging;
    await world.advance(heartbeatMs * 5);
    // One look for cancelled jobs, one heartbeat.
    expect(hanging).toHaveBeenCalledTimes(2);
    world.database = async () => undefined;
    await Promise.all([world.close(0), world.advance(0)]);
    expect(await handling).toEqual({ retryInMs: 0 });
  });
});

describe("while what the jobs need is away", () => {
  test("a job is held and not begun, and begun when it is back", async () => {
    const world = createWorkerWorld(async () => [picture]);
    world.ready = false;
    const job = world.addJob();
    const handling = world.handle(job.id);
    await world.advance(600_000);
    expect(job).toMatchObject({ status: "pending", attempts: 0 });
    world.ready = true;
    await world.advance(queueTiming.cancelPollMs);
    expect(await handling).toBe("done");
    expect(job).toMatchObject({ status: "completed", attempts: 1, failures: 0 });
  });

  test("a worker that closes gives back what it holds", async () => {
    const world = createWorkerWorld(async () => [picture]);
    world.ready = false;
    const job = world.addJob();
    const handling = world.handle(job.id);
    await world.close(60_000);
    expect(await handling).toEqual({ retryInMs: 0 });
    expect(await world.handle(job.id)).toEqual({ retryInMs: 0 });
    expect(job).toMatchObject({ status: "pending", attempts: 0 });
  });
});
