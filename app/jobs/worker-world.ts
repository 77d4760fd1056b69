import { jest } from "@jest/globals";
import type { JobStatus } from "../catalogue/names.ts";
import { createFakeTracing } from "./fake-tracing.ts";
import { hasEnded, type JobError } from "./job.ts";
import type { Verdict } from "./queue.ts";
import { type JobHandler, type JobWorkerOptions, type Picture, startJobWorker, type WorkerStore } from "./worker.ts";

/** For tests only: a worker on jobs in memory, and on a queue that runs what the test asks for. */

export interface Row {
  readonly id: string;
  status: JobStatus;
  attempts: number;
  failures: number;
  readonly waitMs: number;
  readonly progress: number[];
  error?: JobError;
  images?: readonly Picture[];
  /** The carrier that the job was ended with. */
  endedBy?: unknown;
}

export const picture: Picture = { contentType: "image/png", bytes: Buffer.from("a picture") };

/** A failure that tells whether another try is worth it, as the adapters' errors do. */
export function failure(code: string, retryable: boolean): Error {
  return Object.assign(new Error(`the renderer said ${code}`), { code, retryable });
}

/** A handler that neither ends nor fails before it is aborted; `started` resolves when it is at work. */
export function createEndlessHandler() {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const handler: JobHandler = (_job, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      resolve();
    });
  return { handler, started };
}

function createMemoryStore(rows: ReadonlyMap<string, Row>, database: () => Promise<void>): WorkerStore {
  const held = (id: string, token: number) => {
    const row = rows.get(id);
    return row?.status === "processing" && row.attempts === token ? row : undefined;
  };
  return {
    async begin(id) {
      await database();
      const row = rows.get(id);
      if (row === undefined || hasEnded(row.status)) return undefined;
      row.status = "processing";
      row.attempts += 1;
      const { attempts: token, failures, waitMs } = row;
      const input = { type: "image", prompt: "a lighthouse" } as const;
      return { id, type: "image", input, token, failures, waitMs, carrier: { traceparent: `of ${id}` } };
    },
    async progress(id, token, fraction) {
      await database();
      held(id, token)?.progress.push(fraction);
    },
    async retry(id, token, error) {
      await database();
      const row = held(id, token);
      if (row === undefined) return;
      row.status = "pending";
      if (error === undefined) return;
      row.failures += 1;
      row.error = error;
    },
    async end(id, token, outcome, carrier) {
      await database();
      const row = held(id, token);
      if (row === undefined) return false;
      row.status = outcome.status;
      row.endedBy = carrier;
      if (outcome.status === "completed") row.images = outcome.images;
      else row.error = outcome.error;
      return true;
    },
    async cancelledAmong(ids) {
      await database();
      return ids.filter((id) => rows.get(id)?.status === "cancelled");
    },
  };
}

/** Time must be faked: the worker's clocks only move with the test's. */
export function createWorkerWorld(handler: JobHandler) {
  const rows = new Map<string, Row>();
  const beats: boolean[] = [];
  const waits: unknown[][] = [];
  const processings: unknown[][] = [];
  const logged: unknown[][] = [];
  const tracing = createFakeTracing();
  const world = {
    rows,
    beats,
    waits,
    processings,
    logged,
    tracing,
    left: false,
    /** Awaited by whatever would talk to Postgres; may throw. */
    database: async (): Promise<void> => undefined,
    /** Whether the renderer is there. */
    ready: true,
  };

  const taken: Parameters<JobWorkerOptions["queue"]["work"]>[] = [];
  const inHand = new Set<Promise<unknown>>();
  const queue: JobWorkerOptions["queue"] = {
    work(...args) {
      taken.push(args);
      return { close: async () => void (await Promise.allSettled(inHand)) };
    },
  };
  const worker = startJobWorker({
    store: createMemoryStore(rows, () => world.database()),
    queue,
    handlers: { image: handler },
    registry: {
      async beat(progressed) {
        await world.database();
        beats.push(progressed);
      },
      async leave() {
        await world.database();
        world.left = true;
      },
    },
    ready: () => world.ready,
    concurrency: 2,
    tracing,
    metrics: {
      queueWait: (...args) => void waits.push(args),
      processing: (...args) => void processings.push(args),
    },
    log: (...args) => void logged.push(args),
  });

  return Object.assign(world, {
    close: (graceMs: number) => worker.close(graceMs),
    addJob(row: Partial<Row> = {}): Row {
      const job: Row = {
        id: `job-${rows.size}`,
        status: "pending",
        attempts: 0,
        failures: 0,
        waitMs: 70,
        progress: [],
        ...row,
      };
      rows.set(job.id, job);
      return job;
    },
    /** Hands an id to the worker, as the queue does. */
    async handle(id: string): Promise<Verdict> {
      const [work] = taken;
      if (work === undefined) throw new Error("the worker does not work on the queue");
      const handling = work[1].handle(id);
      inHand.add(handling);
      return handling.finally(() => inHand.delete(handling));
    },
    taken,
    advance: (ms: number) => jest.advanceTimersByTimeAsync(ms),
  });
}
