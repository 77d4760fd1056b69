/** How a webhook is delivered. */
export const webhookDelivery = {
  attempts: 8,
  /** The wait before the second attempt; doubles, with jitter, up to `backoffMaxMs`. */
  backoffMs: 5_000,
  backoffMaxMs: 3_600_000,
  /** The share of each wait that is random, so that many deliveries do not retry in step. */
  jitter: 0.5,
  /** Connect, send and read the answer, all together. */
  timeoutMs: 10_000,
  /** How much of an answer is read; the rest is not waited for. */
  answerBytes: 4_096,
} as const;

/** The events that are delivered, one for each way a job ends. */
const webhookEvents = ["job.completed", "job.failed", "job.cancelled"] as const;
export type WebhookEvent = (typeof webhookEvents)[number];
