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
  /** Whether what the handlers need is there. While it is not, no job is begun: in minutes all would have failed too often. */
  readonly ready: () => boolean;
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

type Outcome = LabelsOf<"job_processing_time">["outcome"];

/** An attempt that took too long, as a failure that {@link readFailure} knows. */
function createTimeout(type: JobType): Error {
  const message = `one attempt took longer than ${jobTypes[type].timeoutMs} ms`;
  return Object.assign(new Error(message), { code: "timeout", retryable: true });
}

/** The wait before the next attempt, after `failures` failed ones (1 or more). */
export function retryDelayMs(type: JobType, failures: number): number {
  const { backoffMs, backoffMaxMs } = jobTypes[type];
  return Math.min(backoffMs * 2 ** (failures - 1), backoffMaxMs);
}

/** Takes jobs from the queue, runs their type's handler, and writes what became of them. */
export function startJobWorker(options: JobWorkerOptions) {
  const { store, queue, handlers, registry, ready, concurrency, tracing, metrics, log } = options;
  /** The attempts in hand and their jobs' ids: an id may be in hand twice. */
  const inHand = new Map<AbortController, string>();
  const timers: NodeJS.Timeout[] = [];
  let progressed = false;
  let closing = false;
  let outOfGrace = false;
  /** For each entry in hand that may not be begun yet: lets it go on. */
  const waiting = new Set<() => void>();

  /** What goes on beside the jobs must not end the process when the database is away. */
  function every(ms: number, doing: string, work: () => Promise<void>): void {
    let running = false;
    let troubled = false;
    async function once(): Promise<void> {
      if (running) return;
      running = true;
      try {
        await work();
        if (troubled) log("info", `${doing} works again`);
        troubled = false;
      } catch (error) {
        if (!troubled) log("warn", `${doing} must wait`, error);
        troubled = true;
      }
      running = false;
    }
    timers.push(setInterval(() => void once(), ms));
  }

  async function attempt(job: BegunJob, signal: AbortSignal): Promise<readonly Picture[]> {
    let fraction = 0;
    let writtenAt = 0;
    signal.throwIfAborted();
    return handlers[job.type](job, {
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
  }

  /** Ends the job, unless somebody else has cancelled, begun or ended it meanwhile; tells what the attempt came to. */
  async function end(job: BegunJob, outcome: JobOutcome): Promise<Outcome> {
    if (await store.end(job.id, job.token, outcome, tracing.carrier())) return outcome.status;
    return (await store.cancelledAmong([job.id])).length > 0 ? "cancelled" : "retried";
  }

  /** Writes down how the attempt failed. */
  async function settle(job: BegunJob, error: unknown): Promise<[Outcome, Verdict]> {
    if (error === cancelled) return ["cancelled", "done"];
    if (error === shutdown) {
      await store.retry(job.id, job.token);
      return ["retried", { retryInMs: 0 }];
    }
    const { code, message, retryable, foreseen } = readFailure(error);
    tracing.annotate({ "error.type": code });
    log(foreseen ? "warn" : "error", `job ${job.id}: ${message}`, foreseen ? undefined : error);
    const failures = job.failures + 1;
    if (retryable && failures < jobTypes[job.type].attempts) {
      await store.retry(job.id, job.token, { code, message });
      return ["retried", { retryInMs: retryDelayMs(job.type, failures) }];
    }
    return [await end(job, { status: "failed", error: { code, message } }), "done"];
  }

  async function process(job: BegunJob): Promise<Verdict> {
    if (job.token > jobTypes[job.type].attempts + queueTiming.lostWorkers) {
      const message = `${job.token - 1} workers began it and were lost`;
      log("error", `job ${job.id}: ${message}`);
      await end(job, { status: "failed", error: { code: "worker_lost", message } });
      return "done";
    }
    if (job.token === 1) metrics.queueWait(job.waitMs, { origin: "job" });
    const abort = new AbortController();
    const { signal } = abort;
    // Begun while the worker was closing.
    if (outOfGrace) abort.abort(shutdown);
    inHand.set(abort, job.id);
    const timer = setTimeout(() => abort.abort(createTimeout(job.type)), jobTypes[job.type].timeoutMs);
    const startedAt = performance.now();
    let failed: readonly [Outcome, Verdict] | undefined;
    let pictures: readonly Picture[] = [];
    try {
      pictures = await attempt(job, signal);
    } catch (error) {
      failed = await settle(job, signal.aborted ? signal.reason : error);
    } finally {
      clearTimeout(timer);
      inHand.delete(abort);
      progressed = true;
    }
    const [outcome, verdict] = failed ?? [await end(job, { status: "completed", images: pictures }), "done"];
    metrics.processing(performance.now() - startedAt, { job_type: job.type, outcome });
    tracing.annotate({ "job.outcome": outcome });
    return verdict;
  }

  function goOn(): void {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  every(queueTiming.cancelPollMs, "waiting for what the jobs need", async () => {
    if (ready()) goOn();
  });
  every(queueTiming.cancelPollMs, "looking for cancelled jobs", async () => {
    if (inHand.size === 0) return;
    const ids = new Set(await store.cancelledAmong([...inHand.values()]));
    for (const [abort, id] of inHand) if (ids.has(id)) abort.abort(cancelled);
  });
  every(queueTiming.heartbeatMs, "saying that this worker lives", async () => {
    const moved = progressed;
    progressed = false;
    await registry.beat(moved);
  });

  const worker = queue.work("jobs", {
    concurrency,
    async handle(id) {
      if (!ready() && !closing) await new Promise<void>((resolve) => void waiting.add(resolve));
      if (!ready()) return { retryInMs: 0 };
      const job = await store.begin(id);
      if (job === undefined) return "done";
      progressed = true;
      const attributes = { "job.id": id, "job.type": job.type, "job.attempt": job.token };
      const slowerThanMs = jobTypes[job.type].processingObjectiveMs;
      return tracing.run(
        `process ${job.type}`,
        { kind: "consumer", parent: job.carrier, attributes, slowerThanMs },
        () => process(job),
      );
    },
  });

  return {
    /** Takes no more jobs; those still in hand after `graceMs` go back to the queue. */
    async close(graceMs: number): Promise<void> {
      closing = true;
      goOn();
      const timer = setTimeout(() => {
        outOfGrace = true;
        for (const abort of inHand.keys()) abort.abort(shutdown);
      }, graceMs);
      try {
        await worker.close();
      } finally {
        clearTimeout(timer);
        for (const interval of timers) clearInterval(interval);
      }
      await registry.leave().catch((error: unknown) => log("warn", "this worker could not take its leave", error));
    },
  };
}
