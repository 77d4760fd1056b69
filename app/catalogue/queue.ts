import { timeScale } from "./time-scale.ts";

/** How the outbox, the queue and the workers keep time. */
export const queueTiming = {
  /** The longest wait for the queue to answer a producer or a probe. */
  deadlineMs: 2_000,
  /** A worker that has not renewed its hold on an entry for this long is taken for dead. */
  lockMs: 15_000,
  /** How often workers look for entries whose worker is dead. */
  stalledCheckMs: 5_000,
  /** The wait before an entry whose handling broke (database away, say) is handled again. */
  brokenRetryMs: 2_000,
  /** How often the outbox is read without being told of a commit. */
  outboxPollMs: 1_000,
  outboxBatch: 200,
  /** How often what is open in Postgres is compared with what the queue knows, and from which age on. */
  sweepMs: 10_000,
  sweepAgeMs: 20_000,
  /** How often a worker looks for cancelled jobs among those in hand, writes progress and says that it lives. */
  cancelPollMs: 1_000,
  progressMs: 500,
  heartbeatMs: 2_000 * timeScale,
  /** A job begun this many times more often than it may fail takes its workers down with it: it is failed. */
  lostWorkers: 20,
} as const;
