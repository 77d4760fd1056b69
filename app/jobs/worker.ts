import { jobTypes } from "../catalogue/job-types.ts";
import type { LabelsOf } from "../catalogue/metrics.ts";
import type { JobType } from "../catalogue/names.ts";
import { queueTiming } from "../catalogue/queue.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import { readFailure } from "./failure.ts";
import type { JobError, JobInput, TraceCarrier } from "./job.ts";
import type { QueueBackend, Verdict } from "./queue.ts";

/** A job that a worker has begun. */
export interface BegunJob {
  readonly id: string;
  readonly type: JobType;
  readonly input: JobInput;
  /** Only who holds the latest token may end the job. Counts how often it was begun. */
  readonly token: number;
  readonly failures: number;
  /** From pending to begun. */
  readonly waitMs: number;
  readonly carrier: TraceCarrier;
}

export interface Picture {
  readonly contentType: string;
  readonly bytes: Buffer;
}

export type JobOutcome =
  | { readonly status: "completed"; readonly images: readonly Picture[] }
  | { readonly status: "failed"; readonly error: JobError };

/** What the worker needs of Postgres. */
export interface WorkerStore {
  /** Undefined when the job has ended already, or is not there. */
  begin(id: string): Promise<BegunJob | undefined>;
  progress(id: string, token: number, fraction: number): Promise<void>;
  /** Back to pending. With an error it counts as a failed attempt; without, as an attempt that was given up. */
  retry(id: string, token: number, error?: JobError): Promise<void>;
  /** False when somebody else has ended or begun it meanwhile: then nothing was written. */
  end(id: string, token: number, outcome: JobOutcome, carrier: TraceCarrier): Promise<boolean>;
  cancelledAmong(ids: readonly string[]): Promise<readonly string[]>;
}

/** Does one type of job. Rejects with the signal's reason when it is aborted. */
export type JobHandler = (
  job: BegunJob,
  context: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
) => Promise<readonly Picture[]>;

export interface JobWorkerOptions {
  readonly store: WorkerStore;
  readonly queue: Pick<QueueBackend, "work">;
  readonly handlers: Readonly<Record<JobType, JobHandler>>;
  readonly registry: { beat(progressed: boolean): Promise<void>; leave(): Promise<void> };
  readonly concurrency: number;
  readonly tracing: Tracing;
  readonly metrics: {
    queueWait(ms: number, labels: LabelsOf<"queue_wait_time">): void;
    processing(ms: number, labels: LabelsOf<"job_processing_time">): void;
  };
  readonly log: (level: "info" | "warn" | "error", message: string, error?: unknown) => void;
}

const cancelled = new Error("the job was cancelled");
const shutdown = new Error("the worker is shutting down");

/** The wait before the next attempt, after `failures` failed ones (1 or more). */
export function retryDelayMs(type: JobType, failures: number): number {
  const { backoffMs, backoffMaxMs } = jobTypes[type];
  return Math.min(backoffMs * 2 ** (failures - 1), backoffMaxMs);
}

/** Takes jobs from the queue, runs their type's handler, and writes what became of them. */
export function startJobWorker(options: JobWorkerOptions) {
  const { store, queue, handlers, registry, concurrency, tracing, metrics, log } = options;
  const inHand = new Map<string, AbortController>();
  const timers: NodeJS.Timeout[] = [];
  let progressed = false;

  /** What goes on beside the jobs must not end the process when the database is away. */
  function every(ms: number, doing: string, work: () => Promise<void>): void {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      work()
        .catch((error: unknown) => log("warn", `${doing} must wait`, error))
        .finally(() => {
          running = false;
        });
    }, ms);
    timers.push(timer);
  }

  async function attempt(job: BegunJob, cancel: AbortController): Promise<readonly Picture[]> {
    let fraction = 0;
    let writtenAt = 0;
    const signal = AbortSignal.any([cancel.signal, AbortSignal.timeout(jobTypes[job.type].timeoutMs)]);
    const pictures = await handlers[job.type](job, {
      signal,
      onProgress(now) {
        progressed = true;
        if (now <= fraction || Date.now() - writtenAt < queueTiming.progressMs) return;
        fraction = now;
        writtenAt = Date.now();
        store
          .progress(job.id, job.token, now)
          .catch((error: unknown) => log("warn", "progress was not written", error));
      },
    });
    signal.throwIfAborted();
    return pictures;
  }

  /** Writes down how the attempt failed. */
  async function settle(job: BegunJob, error: unknown): Promise<[LabelsOf<"job_processing_time">["outcome"], Verdict]> {
    if (error === cancelled) return ["cancelled", "done"];
    if (error === shutdown) {
      await store.retry(job.id, job.token);
      return ["retried", { retryInMs: 0 }];
    }
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    const failure = timedOut
      ? {
          code: "timeout",
          message: `one attempt took longer than ${jobTypes[job.type].timeoutMs} ms`,
          retryable: true,
          foreseen: true,
        }
      : readFailure(error);
    const { code, message, retryable } = failure;
    log(failure.foreseen ? "warn" : "error", `job ${job.id}: ${message}`, failure.foreseen ? undefined : error);
    const failures = job.failures + 1;
    if (retryable && failures < jobTypes[job.type].attempts) {
      await store.retry(job.id, job.token, { code, message });
      return ["retried", { retryInMs: retryDelayMs(job.type, failures) }];
    }
    await store.end(job.id, job.token, { status: "failed", error: { code, message } }, tracing.carrier());
    return ["failed", "done"];
  }

  async function process(job: BegunJob): Promise<Verdict> {
    if (job.token > jobTypes[job.type].attempts + queueTiming.lostWorkers) {
      const message = `${job.token} workers began it and were lost`;
      await store.end(
        job.id,
        job.token,
        { status: "failed", error: { code: "worker_lost", message } },
        tracing.carrier(),
      );
      return "done";
    }
    if (job.token === 1) metrics.queueWait(job.waitMs, { origin: "job" });
    const cancel = new AbortController();
    inHand.set(job.id, cancel);
    const startedAt = performance.now();
    let outcome: LabelsOf<"job_processing_time">["outcome"] = "completed";
    let verdict: Verdict = "done";
    let pictures: readonly Picture[] | undefined;
    try {
      pictures = await attempt(job, cancel);
    } catch (error) {
      tracing.annotate({ "error.type": error instanceof Error ? error.name : "unknown" });
      [outcome, verdict] = await settle(job, error);
    } finally {
      inHand.delete(job.id);
      progressed = true;
    }
    if (pictures !== undefined) {
      await store.end(job.id, job.token, { status: "completed", images: pictures }, tracing.carrier());
    }
    metrics.processing(performance.now() - startedAt, { job_type: job.type, outcome });
    tracing.annotate({ "job.outcome": outcome });
    return verdict;
  }

  every(queueTiming.cancelPollMs, "looking for cancelled jobs", async () => {
    if (inHand.size === 0) return;
    for (const id of await store.cancelledAmong([...inHand.keys()])) inHand.get(id)?.abort(cancelled);
  });
  every(queueTiming.heartbeatMs, "saying that this worker lives", async () => {
    const moved = progressed;
    progressed = false;
    await registry.beat(moved);
  });

  const worker = queue.work("jobs", {
    concurrency,
    async handle(id) {
      const job = await store.begin(id);
      if (job === undefined) return "done";
      progressed = true;
      const attributes = { "job.id": id, "job.type": job.type, "job.attempt": job.token };
      return tracing.run(`process ${job.type}`, { kind: "consumer", parent: job.carrier, attributes }, () =>
        process(job),
      );
    },
  });

  return {
    /** Takes no more jobs; those still in hand after `graceMs` go back to the queue. */
    async close(graceMs: number): Promise<void> {
      const timer = setTimeout(() => {
        for (const cancel of inHand.values()) cancel.abort(shutdown);
      }, graceMs);
      await worker.close();
      clearTimeout(timer);
      for (const interval of timers) clearInterval(interval);
      await registry.leave().catch((error: unknown) => log("warn", "this worker could not take its leave", error));
    },
  };
}
