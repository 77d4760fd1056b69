import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { queueTiming } from "../catalogue/queue.ts";
import type { JobHandler } from "./worker.ts";
import { createEndlessHandler, createWorkerWorld, failure, picture } from "./worker-world.ts";

const { cancelPollMs } = queueTiming;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe("a cancelled job", () => {
  test("is aborted at the next look, and left as it is", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const job = world.addJob();
    const handling = world.handle(job.id);
    await started;
    job.status = "cancelled";
    await world.advance(cancelPollMs);
    expect(await handling).toBe("done");
    expect(job).toMatchObject({ status: "cancelled", failures: 0 });
    expect(world.processings).toEqual([[expect.any(Number), { job_type: "image", outcome: "cancelled" }]]);
    expect(world.tracing.spans[0]?.attributes).not.toHaveProperty("error.type");
    expect(world.logged).toEqual([]);
  });

  test("is no failure, whatever its handler says of the end", async () => {
    const world = createWorkerWorld((_job, { signal }) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(failure("comfyui_interrupted", true)));
      return promise;
    });
    const job = world.addJob();
    const handling = world.handle(job.id);
    await world.advance(0);
    job.status = "cancelled";
    await world.advance(cancelPollMs);
    expect(await handling).toBe("done");
    expect(world.logged).toEqual([]);
  });

  test("is not looked for while nothing is in hand", async () => {
    const world = createWorkerWorld(async () => [picture]);
    world.database = jest.fn(async () => undefined);
    await world.advance(cancelPollMs);
    expect(world.database).not.toHaveBeenCalled();
  });

  test("does not abort the others in hand", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const [job, other] = [world.addJob(), world.addJob()];
    const handlings = [world.handle(job.id), world.handle(other.id)];
    await started;
    job.status = "cancelled";
    await world.advance(cancelPollMs);
    expect(await handlings[0]).toBe("done");
    expect(other.status).toBe("processing");
    await Promise.all([world.close(0), world.advance(0)]);
    expect(await handlings[1]).toEqual({ retryInMs: 0 });
  });

  test("is aborted in each attempt when the queue has brought it twice", async () => {
    const lives: AbortSignal[] = [];
    const ends = [Promise.withResolvers<never>(), Promise.withResolvers<never>()];
    const handler: JobHandler = (_job, { signal }) => {
      const end = ends[lives.push(signal) - 1];
      return end?.promise ?? Promise.reject(new Error("begun a third time"));
    };
    const world = createWorkerWorld(handler);
    const job = world.addJob();
    const handlings = [world.handle(job.id), world.handle(job.id)];
    await world.advance(0);
    ends[0]?.reject(failure("comfyui_interrupted", true));
    expect(await handlings[0]).toMatchObject({ retryInMs: expect.any(Number) });
    job.status = "cancelled";
    await world.advance(cancelPollMs);
    expect(lives.map(({ aborted }) => aborted)).toEqual([false, true]);
    ends[1]?.reject(lives[1]?.reason);
    expect(await handlings[1]).toBe("done");
  });
});

describe("a worker that closes", () => {
  test("waits for the jobs in hand and takes its leave", async () => {
    const { promise, resolve } = Promise.withResolvers<[typeof picture]>();
    const world = createWorkerWorld(() => promise);
    const job = world.addJob();
    const handling = world.handle(job.id);
    const closing = world.close(25_000);
    await world.advance(24_999);
    expect(world.left).toBe(false);
    resolve([picture]);
    await closing;
    expect(await handling).toBe("done");
    expect(job.status).toBe("completed");
    expect(world.left).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("puts back what is in hand after the grace, and does not count it as a failure", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const job = world.addJob();
    const handling = world.handle(job.id);
    await started;
    await Promise.all([world.close(25_000), world.advance(25_000)]);
    expect(await handling).toEqual({ retryInMs: 0 });
    expect(job).toMatchObject({ status: "pending", attempts: 1, failures: 0 });
    expect(job.error).toBeUndefined();
    expect(world.processings).toEqual([[25_000, { job_type: "image", outcome: "retried" }]]);
  });

  test("keeps the pictures of a job that ends although it was told to stop", async () => {
    const world = createWorkerWorld(
      (_job, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve([picture]))),
    );
    const job = world.addJob();
    const handling = world.handle(job.id);
    await Promise.all([world.close(10), world.advance(10)]);
    expect(await handling).toBe("done");
    expect(job).toMatchObject({ status: "completed", images: [picture] });
  });

  test("puts back a job whose beginning took longer than the grace", async () => {
    const handler = jest.fn(async () => [picture]);
    const world = createWorkerWorld(handler);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.database = () => promise;
    const job = world.addJob();
    const handling = world.handle(job.id);
    const closing = world.close(0);
    await world.advance(1);
    resolve();
    expect(await handling).toEqual({ retryInMs: 0 });
    await closing;
    expect(job).toMatchObject({ status: "pending", failures: 0 });
    expect(handler).not.toHaveBeenCalled();
  });

  test("closes although it cannot take its leave", async () => {
    const world = createWorkerWorld(async () => [picture]);
    world.database = () => Promise.reject(new Error("the database did not answer"));
    await world.close(0);
    expect(world.logged).toEqual([["warn", "this worker could not take its leave", expect.any(Error)]]);
  });
});
