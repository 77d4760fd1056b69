import type { Job, QueueOptions } from "bullmq";
import type { TraceCarrier } from "../../../app/telemetry/trace-carrier.ts";

/** What a job carries, the same for all. */
export interface Payload {
  readonly type: "image";
  readonly prompt: string;
}

export const payload: Payload = { type: "image", prompt: "a lighthouse at dusk, oil on canvas" };

/** A job's data: what it carries, and what a target puts beside it. */
export type Data = Payload & { readonly carrier?: TraceCarrier };

export type BenchJob = Job<Data, void, string>;

/** What is measured: a way to add jobs and to work on them, with its telemetry. */
export interface Target {
  /** For the queue and the worker. */
  readonly telemetry?: NonNullable<QueueOptions["telemetry"]>;
  /** Has `send` add the job. */
  add(send: (data: Data) => Promise<void>): Promise<void>;
  handle(job: BenchJob, work: () => Promise<void>): Promise<void>;
  /** Resolves when the spans that have ended are sent. */
  flush(): Promise<void>;
  /** How many jobs each of its histograms has counted. */
  readCounts(): Promise<readonly number[]>;
}

export type StartTarget = (environment: Readonly<Record<string, string | undefined>>) => Promise<Target>;
