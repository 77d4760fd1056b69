import { setTimeout as delay } from "node:timers/promises";
import { type BackendFactory, DelayedError, type IQueueBackend, type Job, Queue, Worker } from "bullmq";
import { type QueueName, queueStates, type ScheduleName } from "../../catalogue/names.ts";
import { queueTiming } from "../../catalogue/queue.ts";
import { errorMessage } from "../../error-message.ts";
import type { QueueBackend, Worker as QueueWorker, Verdict } from "../../jobs/queue.ts";
import { within } from "./deadline.ts";
import { type Opening, openWhenUp } from "./opening.ts";

export interface BullOptions<C> {
  /** A producer's connections give up soon, a worker's wait for the backend as long as it takes. */
  readonly producer: { readonly connection: C };
  readonly consumer: { readonly connection: C };
  readonly backend: BackendFactory<IQueueBackend, C>;
  readonly onError: (error: unknown) => void;
  /** Called whenever the backend has answered. */
  readonly onAnswer: () => void;
  readonly log: (level: "info" | "warn", message: string) => void;
  /** Lets go of the connections. */
  readonly release: () => void;
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

/** The queues on BullMQ, whichever the backend. */
export function createBullQueues<C>(options: BullOptions<C>): QueueBackend {
  const { producer, consumer, backend, onError, onAnswer, log, release } = options;
  const workers = new Set<QueueWorker>();
  const queues = new Map<QueueName, Opening<ReturnType<typeof openQueue>>>();

  function openQueue(name: QueueName) {
    const queue = new Queue<object, void, string, object, void, string, IQueueBackend, C>(name, producer, backend);
    queue.on("error", onError);
    return queue;
  }

  /** Asks the queue. `doing` completes the sentence "the queue did not answer within … while …". */
  async function ask<T>(name: QueueName, doing: string, work: (queue: ReturnType<typeof openQueue>) => Promise<T>) {
    const opening = queues.get(name) ?? openWhenUp(() => openQueue(name), onError);
    queues.set(name, opening);
    const queue = await within(doing, opening.up);
    if (queue === undefined) throw new Error(`the queue was closed before ${doing}`);
    const answer = await within(doing, work(queue));
    onAnswer();
    return answer;
  }

  /** `closing` aborts when the worker takes no more entries. */
  type Processor = (job: Job<object, void, string>, token: string | undefined, closing: AbortSignal) => Promise<void>;
  function openWorker(name: QueueName, concurrency: number, processor: Processor): QueueWorker {
    const inHand = new Set<Promise<void>>();
    const closing = new AbortController();
    const settings = {
      ...consumer,
      concurrency,
      autorun: false,
      lockDuration: queueTiming.lockMs,
      stalledInterval: queueTiming.stalledCheckMs,
      maxStalledCount,
      runRetryDelay: queueTiming.brokenRetryMs,
    };
    const handle = (job: Job<object, void, string>, token?: string) => {
      const handling = processor(job, token, closing.signal);
      inHand.add(handling);
      return handling.finally(() => inHand.delete(handling));
    };
    const opening = openWhenUp(() => {
      const worker = new Worker<object, void, string, IQueueBackend, object, C>(name, handle, settings, backend);
      worker.on("error", onError);
      return worker;
    }, onError);
    void opening.up.then((worker) => worker?.run()).catch(onError);

    /** With the backend away BullMQ would wait for it to take note of what is done; its entries are found stalled. */
    async function giveUp(closed: AbortSignal): Promise<void> {
      do {
        await Promise.allSettled(inHand);
        await delay(queueTiming.deadlineMs, undefined, { signal: closed }).catch(() => {});
      } while (inHand.size > 0 && !closed.aborted);
    }
    const worker = {
      async close() {
        workers.delete(worker);
        closing.abort();
        const closed = new AbortController();
        const closes = opening.close().catch(onError);
        await Promise.race([closes.finally(() => closed.abort()), giveUp(closed.signal)]);
      },
    };
    workers.add(worker);
    return worker;
  }

  /** Until the backend has taken them: a backend that is down at the start must not keep the service from starting. */
  async function registerSchedules(rows: Parameters<QueueBackend["schedule"]>[0], signal: AbortSignal) {
    const left = new Map(Object.entries(rows));
    while (left.size > 0 && !signal.aborted) {
      try {
        for (const [name, { everySeconds }] of left) {
          const template = { name, opts: scheduledRetry };
          const repeat = { every: everySeconds * 1_000 };
          await ask("schedules", `scheduling ${name}`, (queue) => queue.upsertJobScheduler(name, repeat, template));
          left.delete(name);
        }
      } catch (error) {
        onError(error);
        await delay(queueTiming.brokenRetryMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  return {
    async add(name, ids) {
      const entries = ids.map((id) => ({ name, data: {}, opts: { ...untilDone, jobId: id } }));
      await ask(name, `taking ${ids.length} ${name}`, (queue) => queue.addBulk(entries));
    },

    async known(name, ids) {
      const states = await ask(name, `looking for ${ids.length} ${name}`, (queue) =>
        Promise.all(ids.map((id) => queue.getJobState(id))),
      );
      return new Set(ids.filter((_, i) => states[i] !== "unknown"));
    },

    async depth(name) {
      const counts = await ask(name, `counting the ${name}`, (queue) => queue.getJobCounts(...queueStates));
      const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
      return { waiting, active, delayed, failed };
    },

    work(name, { concurrency, handle }) {
      return openWorker(name, concurrency, async (job, token, closing) => {
        const id = job.id;
        if (id === undefined) return;
        let verdict: Verdict;
        try {
          verdict = await handle(id);
        } catch (error) {
          log("warn", `${name} ${id} waits: ${errorMessage(error)}`);
          // Held meanwhile: what broke here would only break the next entry too, and so on through the whole queue.
          await delay(queueTiming.brokenRetryMs, undefined, { signal: closing }).catch(() => {});
          verdict = { retryInMs: 0 };
        }
        if (verdict === "done") return;
        await within(`putting one of the ${name} off`, job.moveToDelayed(Date.now() + verdict.retryInMs, token));
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
      await Promise.all(
        [...queues].map(([name, opening]) => within(`closing the ${name}`, opening.close()).catch(onError)),
      );
      release();
    },
  };
}
