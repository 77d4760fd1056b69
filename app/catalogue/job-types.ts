import type { BucketOf } from "./metrics.ts";
import type { JobType } from "./names.ts";

interface JobTypeRow {
  readonly help: string;
  /** How often a job is tried before it counts as failed. */
  readonly attempts: number;
  /** The wait before the second attempt; it doubles with each further one, up to `backoffMaxMs`. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** The longest that one attempt may take. */
  readonly timeoutMs: number;
  /** The processing time that 99 of 100 jobs keep: a bucket boundary, so that the alert is exact. */
  readonly processingObjectiveMs: BucketOf<"job_processing_time">;
  /** How long a job may wait before the queue's health is `high`. */
  readonly waitObjectiveSeconds: number;
}

export const jobTypes = {
  image: {
    help: "an image rendered by ComfyUI from a workflow, or from a prompt put into the default workflow",
    attempts: 6,
    backoffMs: 1_000,
    backoffMaxMs: 60_000,
    timeoutMs: 600_000,
    processingObjectiveMs: 120_000,
    waitObjectiveSeconds: 300,
  },
} as const satisfies Record<JobType, JobTypeRow>;
