import type { JobStatus, JobType } from "../catalogue/names.ts";

export type { TraceCarrier } from "../telemetry/trace-carrier.ts";

/** What a job is asked to do. `prompt` is put into the default text-to-image workflow; `workflow` is passed on as it is. */
export type JobInput =
  | { readonly type: JobType; readonly prompt: string; readonly workflow?: undefined }
  | { readonly type: JobType; readonly workflow: Readonly<Record<string, unknown>>; readonly prompt?: undefined };

/** Why a job failed: a stable code, and a sentence for people. Never a stack trace. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** One picture that a job made; the bytes are kept apart. */
export interface JobImage {
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface WebhookState {
  readonly url: string;
  readonly status: "waiting" | "delivered" | "failed";
  readonly attempts: number;
}

/** A job as it stands in Postgres. */
export interface Job {
  /** UUID version 7: ids sort by time of acceptance. */
  readonly id: string;
  readonly type: JobType;
  readonly status: JobStatus;
  /** How often a worker has begun it. */
  readonly attempts: number;
  /** From 0 to 1, as the renderer reports it. */
  readonly progress: number;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly error?: JobError;
  readonly images: readonly JobImage[];
  readonly webhook?: WebhookState;
  readonly traceId?: string;
  /** The beginning of what was asked for, where that was said in words. */
  readonly prompt?: string;
}

/** Whether a status is final: such a job never changes again. */
export function hasEnded(status: JobStatus): status is Exclude<JobStatus, "pending" | "processing"> {
  return status !== "pending" && status !== "processing";
}
