import { setTimeout as delay } from "node:timers/promises";
import { type BackendFactory, DelayedError, type IQueueBackend, type Job, Queue, Worker } from "bullmq";
import type { QueueName, ScheduleName } from "../../catalogue/names.ts";
import { queueTiming } from "../../catalogue/queue.ts";
import type { QueueBackend, Worker as QueueWorker, Verdict } from "../../jobs/queue.ts";

interface Connection<C> {
  readonly connection: C;
  readonly skipWaitingForReady?: boolean;
}

export interface BullOptions<C> {
  readonly producer: Connection<C>;
  readonly consumer: Connection<C>;
  readonly backend: BackendFactory<IQueueBackend, C>;
  /** Resolves when the backend can be talked to for the first time. */
  readonly ready: Promise<void>;
  readonly onError: (error: Error) => void;
  readonly log: (level: "info" | "warn", message: string) => void;
  /** Lets go of the connections. */
  readonly release: () => Promise<void>;
}

/** Tries are counted in Postgres, not here: to BullMQ an entry is either done or not yet. */
const untilDone = {
  attempts: 1_000_000,
  backoff: { type: "fixed", delay: queueTiming.brokenRetryMs },
  removeOnComplete: true,
  removeOnFail: true,
} as const;

/** A scheduled job that fails is tried again for about an hour; then its next time comes. */
const scheduledRetry = {
  attempts: 10,
  backoff: { type: "exponential", delay: 5_000 },
  removeOnComplete: true,
  removeOnFail: true,
} as const;

/** BullMQ gives up an entry whose worker died too often; the count that matters stands in Postgres. */
const maxStalledCount = 1_000_000;

/** Rejects when the backend accepts and never answers. */
async function within<T>(doing: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the queue did not answer within ${queueTiming.deadlineMs} ms while ${doing}`)),
      queueTiming.deadlineMs,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    // What comes after the deadline is of no interest, and must not count as unhandled.
    work.catch(() => {});
  }
}

/** The queues on BullMQ, whichever the backend. */
export function createBullQueues<C>(options: BullOptions<C>): QueueBackend {
  const { producer, consumer, backend, ready, onError, log, release } = options;
  const workers = new Set<QueueWorker>();
  const queues = new Map<QueueName, Promise<ReturnType<typeof openQueue>>>();

  function openQueue(name: QueueName) {
    const queue = new Queue<object, void, string, object, void, string, IQueueBackend, C>(name, producer, backend);
    queue.on("error", onError);
    return queue;
  }

  function queueOf(name: QueueName) {
    const known = queues.get(name) ?? ready.then(() => openQueue(name));
    queues.set(name, known);
    return known;
  }

  type Processor = (job: Job<object, void, string>, token?: string) => Promise<void>;
  function openWorker(name: QueueName, concurrency: number, processor: Processor): QueueWorker {
    const settings = {
      ...consumer,
      concurrency,
      lockDuration: queueTiming.lockMs,
      stalledInterval: queueTiming.stalledCheckMs,
      maxStalledCount,
      runRetryDelay: queueTiming.brokenRetryMs,
    };
    let closed = false;
    const opening = ready.then(() => {
      if (closed) return undefined;
      const worker = new Worker<object, void, string, IQueueBackend, object, C>(name, processor, settings, backend);
      worker.on("error", onError);
      return worker;
    });
    const handle = {
      async close() {
        closed = true;
        workers.delete(handle);
        await (await opening)?.close();
      },
    };
    workers.add(handle);
    return handle;
  }

  /** Until the backend has taken them: a backend that is down at the start must not keep the service from starting. */
  async function registerSchedules(rows: Parameters<QueueBackend["schedule"]>[0], signal: AbortSignal) {
    const left = new Map(Object.entries(rows));
    while (left.size > 0 && !signal.aborted) {
      try {
        for (const [name, { everySeconds }] of left) {
          const template = { name, opts: scheduledRetry };
          const repeat = { every: everySeconds * 1_000 };
          await within(
            `scheduling ${name}`,
            queueOf("schedules").then((queue) => queue.upsertJobScheduler(name, repeat, template)),
          );
          left.delete(name);
        }
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        await delay(queueTiming.brokenRetryMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  return {
    async add(name, ids) {
      const entries = ids.map((id) => ({ name, data: {}, opts: { ...untilDone, jobId: id } }));
      await within(
        `taking ${ids.length} ${name}`,
        queueOf(name).then((queue) => queue.addBulk(entries)),
      );
    },

    async remove(name, id) {
      await within(
        `removing one of the ${name}`,
        queueOf(name).then((queue) => queue.remove(id)),
      );
    },

    async known(name, ids) {
      const states = await within(
        `looking for ${ids.length} ${name}`,
        queueOf(name).then((queue) => Promise.all(ids.map((id) => queue.getJobState(id)))),
      );
      return new Set(ids.filter((_, i) => states[i] !== "unknown"));
    },

    async depth(name) {
      const counts = await within(
        `counting the ${name}`,
        queueOf(name).then((queue) => queue.getJobCounts("waiting", "active", "delayed", "failed")),
      );
      return {
        waiting: counts.waiting ?? 0,
        active: counts.active ?? 0,
        delayed: counts.delayed ?? 0,
        failed: counts.failed ?? 0,
      };
    },

    work(name, { concurrency, handle }) {
      return openWorker(name, concurrency, async (job, token) => {
        const id = job.id;
        if (id === undefined) return;
        let verdict: Verdict;
        try {
          verdict = await handle(id);
        } catch (error) {
          log("warn", `${name} ${id} waits: ${error instanceof Error ? error.message : String(error)}`);
          verdict = { retryInMs: queueTiming.brokenRetryMs };
        }
        if (verdict === "done") return;
        await job.moveToDelayed(Date.now() + verdict.retryInMs, token);
        throw new DelayedError();
      });
    },

    schedule(rows, handle) {
      const worker = openWorker("schedules", 1, (job) => handle(job.name as ScheduleName));
      const stop = new AbortController();
      const registering = registerSchedules(rows, stop.signal);
      return {
        async close() {
          stop.abort();
          await registering;
          await worker.close();
        },
      };
    },

    async close() {
      await Promise.all([...workers].map((worker) => worker.close()));
      await release();
      await ready;
      await Promise.all([...queues.values()].map(async (queue) => (await queue).close()));
    },
  };
}
