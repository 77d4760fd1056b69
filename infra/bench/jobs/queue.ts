import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type PostgresConnectionOptions,
  Queue,
  Worker,
} from "bullmq";
import { Redis } from "ioredis";
import type { BenchJob, Data, Target } from "./target.ts";
import type { BackendName } from "./variants.ts";

/** Jobs that a worker has in hand at a time. */
export const concurrency = 32;
/** Jobs that are added and not yet completed, at a time: enough that the worker always finds one. */
export const outstanding = 64;
/** Connections of the queue and of the worker, each. */
const poolSize = 4;

/** What BullMQ needs to reach a backend. */
interface Access<C> {
  readonly backend: BackendFactory<IQueueBackend, C>;
  readonly connection: C;
}

export interface Load {
  /** Adds jobs for so long, and resolves when all are completed: with the time of each from its adding to its completion. */
  run(milliseconds: number): Promise<{ readonly latenciesMs: readonly number[]; readonly milliseconds: number }>;
  close(): Promise<void>;
}

async function openLoad<C>(name: string, target: Target, { backend, connection }: Access<C>): Promise<Load> {
  const options = { connection, ...(target.telemetry && { telemetry: target.telemetry }) };
  const queue = new Queue<Data, void, string, Data, void, string, IQueueBackend, C>(name, options, backend);
  const handle = (job: BenchJob) => target.handle(job, () => setImmediate());
  const worker = new Worker<Data, void, string, IQueueBackend, object, C>(
    name,
    handle,
    { ...options, concurrency },
    backend,
  );
  const completions = new Map<string | undefined, PromiseWithResolvers<void>>();
  worker.on("completed", ({ id }) => completions.get(id)?.resolve());
  worker.on("failed", (job, error) => completions.get(job?.id)?.reject(error));
  const tell = (error: Error) => void process.stderr.write(`${error.message}\n`);
  queue.on("error", tell);
  worker.on("error", tell);
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

  async function runOne(): Promise<void> {
    const id = randomUUID();
    const completion = Promise.withResolvers<void>();
    completions.set(id, completion);
    await target.add(async (data) => {
      await queue.add(data.type, data, { jobId: id, removeOnComplete: true, removeOnFail: true });
    });
    await completion.promise;
    completions.delete(id);
  }
  return {
    async run(milliseconds) {
      const start = performance.now();
      const latenciesMs: number[] = [];
      async function runSome(): Promise<void> {
        for (let addedAt = start; addedAt - start < milliseconds; ) {
          await runOne();
          const now = performance.now();
          latenciesMs.push(now - addedAt);
          addedAt = now;
        }
      }
      await Promise.all(Array.from({ length: outstanding }, runSome));
      return { latenciesMs, milliseconds: performance.now() - start };
    },
    async close() {
      await worker.close();
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}

/** A queue and a worker on it in this process; the queue is forgotten when it is closed. */
export function createLoad(options: {
  readonly backend: BackendName;
  readonly url: string;
  readonly target: Target;
}): Promise<Load> {
  const { backend, url, target } = options;
  const name = `bench-${randomUUID()}`;
  if (backend === "redis") {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    return openLoad(name, target, { backend: createRedisBackend, connection });
  }
  const connection: PostgresConnectionOptions = { connectionString: url, max: poolSize, migrate: true };
  return openLoad(name, target, { backend: createPostgresBackend, connection });
}
