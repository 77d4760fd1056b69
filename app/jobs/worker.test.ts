import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { jobTypes } from "../catalogue/job-types.ts";
import { queueTiming } from "../catalogue/queue.ts";
import { carrierOf } from "./fake-tracing.ts";
import { type JobWorkerOptions, retryDelayMs } from "./worker.ts";
import { createEndlessHandler, createWorkerWorld, failure, picture } from "./worker-world.ts";

const { attempts, backoffMs, backoffMaxMs, timeoutMs } = jobTypes.image;

/** Never called: `npm run types` reports an expected error that does not come. */
function mistakes() {
  // @ts-expect-error a job type without a handler
  const handlers: JobWorkerOptions["handlers"] = {};
  return handlers;
}
void mistakes;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe("the wait before the next attempt", () => {
  test("doubles with each failure, up to the catalogue's longest", () => {
    const waits = [1, 2, 3, 4].map((failures) => retryDelayMs("image", failures));
    expect(waits).toEqual([backoffMs, backoffMs * 2, backoffMs * 4, backoffMs * 8]);
    expect(retryDelayMs("image", 50)).toBe(backoffMaxMs);
  });
});

describe("a worker", () => {
  test("works on the queue of jobs, as many at a time as it is told", () => {
    const world = createWorkerWorld(async () => [picture]);
    expect(world.taken).toMatchObject([["jobs", { concurrency: 2 }]]);
  });

  test("writes the pictures of a job with the trace that made them", async () => {
    const world = createWorkerWorld(async () => [picture, picture]);
    const job = world.addJob();
    expect(await world.handle(job.id)).toBe("done");
    expect(job).toMatchObject({ status: "completed", attempts: 1, failures: 0, images: [picture, picture] });
    expect(job.endedBy).toEqual(carrierOf("process image"));
    expect(world.logged).toEqual([]);
  });

  test("gives the handler the job as it was begun", async () => {
    const handler = jest.fn(async () => [picture]);
    const world = createWorkerWorld(handler);
    const job = world.addJob({ attempts: 2, failures: 1 });
    await world.handle(job.id);
    const input = { type: "image", prompt: "a lighthouse" };
    expect(handler.mock.calls).toMatchObject([[{ id: job.id, token: 3, failures: 1, input }, {}]]);
  });

  test("continues the trace of who accepted the job", async () => {
    const world = createWorkerWorld(async () => [picture]);
    const job = world.addJob();
    await world.handle(job.id);
    expect(world.tracing.spans).toMatchObject([
      {
        name: "process image",
        options: { kind: "consumer", parent: { traceparent: `of ${job.id}` } },
        attributes: { "job.id": job.id, "job.type": "image", "job.attempt": 1, "job.outcome": "completed" },
      },
    ]);
    expect(world.tracing.spans[0]?.attributes).not.toHaveProperty("error.type");
  });

  test("has nothing to do for a job that has ended or is not there", async () => {
    const handler = jest.fn(async () => [picture]);
    const world = createWorkerWorld(handler);
    expect(await world.handle(world.addJob({ status: "cancelled" }).id)).toBe("done");
    expect(await world.handle("unknown")).toBe("done");
    expect(handler).not.toHaveBeenCalled();
    expect(world.tracing.spans).toEqual([]);
  });
});

describe("a job that fails", () => {
  test("is put back with its error and handled again, each time after a longer wait", async () => {
    const world = createWorkerWorld(() => Promise.reject(failure("comfyui_unreachable", true)));
    const job = world.addJob();
    for (let failures = 1; failures < attempts; failures += 1) {
      expect(await world.handle(job.id)).toEqual({ retryInMs: retryDelayMs("image", failures) });
      expect(job).toMatchObject({ status: "pending", failures });
    }
    const error = { code: "comfyui_unreachable", message: "the renderer said comfyui_unreachable" };
    expect(job.error).toEqual(error);
    expect(world.tracing.spans[0]?.attributes).toMatchObject({ "error.type": error.code, "job.outcome": "retried" });
    expect(world.logged).toContainEqual(["warn", `job ${job.id}: ${error.message}`, undefined]);
  });

  test("is failed for good by its last attempt", async () => {
    const world = createWorkerWorld(() => Promise.reject(failure("comfyui_unreachable", true)));
    const job = world.addJob({ attempts: attempts - 1, failures: attempts - 1 });
    expect(await world.handle(job.id)).toBe("done");
    expect(job).toMatchObject({ status: "failed", error: { code: "comfyui_unreachable" } });
    expect(job.endedBy).toEqual(carrierOf("process image"));
  });

  test("is failed at once when another try is of no use", async () => {
    const world = createWorkerWorld(() => Promise.reject(failure("comfyui_invalid_workflow", false)));
    const job = world.addJob();
    expect(await world.handle(job.id)).toBe("done");
    expect(job).toMatchObject({ status: "failed", attempts: 1, error: { code: "comfyui_invalid_workflow" } });
  });

  test("for a reason that nobody has foreseen is tried again, and only the log tells the reason", async () => {
    const bug = new TypeError("secret is not a function");
    const world = createWorkerWorld(() => Promise.reject(bug));
    const job = world.addJob();
    expect(await world.handle(job.id)).toEqual({ retryInMs: backoffMs });
    expect(job).toMatchObject({ status: "pending", error: { code: "unexpected" } });
    expect(JSON.stringify(job)).not.toContain("secret");
    expect(world.logged).toEqual([["error", expect.stringContaining(job.id), bug]]);
  });

  test("by taking longer than its type may is aborted and tried again", async () => {
    const { handler, started } = createEndlessHandler();
    const world = createWorkerWorld(handler);
    const job = world.addJob();
    const handling = world.handle(job.id);
    await started;
    await world.advance(timeoutMs - 1);
    expect(job.status).toBe("processing");
    await world.advance(1);
    expect(await handling).toEqual({ retryInMs: backoffMs });
    expect(job.error).toEqual({ code: "timeout", message: `one attempt took longer than ${timeoutMs} ms` });
  });

  test("because it ends its workers is failed when it has been begun too often", async () => {
    const handler = jest.fn(async () => [picture]);
    const world = createWorkerWorld(handler);
    const last = world.addJob({ attempts: attempts + queueTiming.lostWorkers - 1 });
    const lost = world.addJob({ attempts: attempts + queueTiming.lostWorkers });
    expect(await world.handle(last.id)).toBe("done");
    expect(await world.handle(lost.id)).toBe("done");
    expect(last.status).toBe("completed");
    const message = `${attempts + queueTiming.lostWorkers} workers began it and were lost`;
    expect(lost).toMatchObject({ status: "failed", error: { code: "worker_lost", message } });
    expect(handler).toHaveBeenCalledTimes(1);
    expect(world.logged).toEqual([["error", `job ${lost.id}: ${message}`]]);
  });
});

describe("the metrics of a worker", () => {
  test("tell how long a job waited, once", async () => {
    const world = createWorkerWorld(() => Promise.reject(failure("comfyui_unreachable", true)));
    const job = world.addJob({ waitMs: 320 });
    await world.handle(job.id);
    await world.handle(job.id);
    expect(job.attempts).toBe(2);
    expect(world.waits).toEqual([[320, { origin: "job" }]]);
  });

  test("tell how long each attempt took and what it came to", async () => {
    const ends = [() => Promise.reject(failure("a", true)), () => Promise.reject(failure("b", false))];
    const world = createWorkerWorld(async () => {
      await world.advance(250);
      return ends.shift()?.() ?? [picture];
    });
    const failing = world.addJob();
    await world.handle(failing.id);
    await world.handle(failing.id);
    await world.handle(world.addJob().id);
    expect(world.processings).toEqual([
      [250, { job_type: "image", outcome: "retried" }],
      [250, { job_type: "image", outcome: "failed" }],
      [250, { job_type: "image", outcome: "completed" }],
    ]);
  });

  test("do not count as completed what somebody else has ended meanwhile", async () => {
    const world = createWorkerWorld(async ({ id }) => {
      const row = world.rows.get(id);
      if (row?.waitMs === 1) row.status = "cancelled";
      if (row?.waitMs === 2) row.attempts += 1;
      return [picture];
    });
    const cancelled = world.addJob({ waitMs: 1 });
    const begunAgain = world.addJob({ waitMs: 2 });
    expect(await world.handle(cancelled.id)).toBe("done");
    expect(await world.handle(begunAgain.id)).toBe("done");
    expect([cancelled, begunAgain]).toMatchObject([{ status: "cancelled" }, { status: "processing" }]);
    expect(cancelled.images ?? begunAgain.images).toBeUndefined();
    expect(world.logged).toEqual([]);
    expect(world.processings.map(([, labels]) => labels)).toEqual([
      { job_type: "image", outcome: "cancelled" },
      { job_type: "image", outcome: "retried" },
    ]);
  });
});
