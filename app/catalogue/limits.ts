import { endpoints } from "./endpoints.ts";
import { timeScale } from "./time-scale.ts";

/** Every other number of the product: limits, windows and intervals. Times say their unit in the name. */
export const limits = {
  /** Request bodies, in bytes as `body-parser` counts them; beyond is 413. */
  bodyBytes: 100_000,
  jobBodyBytes: 1_000_000,
  /** How deep JSON may be nested; beyond is 422. What recurses over deeper values overflows its stack. */
  jsonDepth: 64,
  promptCharacters: 10_000,
  webhookUrlCharacters: 2_048,
  /** The longest time that a browser can sensibly have measured. */
  measurementMs: 3_600_000,
  /** From the connection to the last header, and to the last byte of a request; beyond is 408. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** When to ask again while the database is away. */
  retryAfterSeconds: 5,

  /**
   * So many requests are worked on at a time. The database answers ten at a time (its pool): some more keep it busy while
   * others are read, checked and written, and what is beyond that only waits for it, where no one can take it back.
   */
  requestsInHand: 16,
  /** So many wait before that; beyond, the service sheds load. As many as are done within the interval, at 500 a second. */
  requestsWaiting: 512,
  /** A burst has passed by then: a line that has stood for longer is overload. */
  waitIntervalMs: 1_000,
  /** The longest wait in overload. It leaves half of the documented 200 ms for the work. */
  waitTargetMs: 100,
  /** When to come again after having been shed: the service recovers as soon as what is in hand is done. */
  overloadRetryAfterSeconds: 1,

  /** Two-way telemetry; beyond is 422. */
  sources: 100,
  metricsPerSource: 100,
  /** A source this long silent is forgotten by `retention`. */
  sourceRetentionDays: 30,

  /** Listing of jobs. */
  pageSizeDefault: 50,
  pageSizeMax: 200,

  /** Averages and rates are over this window. */
  windowSeconds: 3_600,
  /**
   * `webhook` is down when attempts have failed for this long without a success between them. Without a failure for as
   * long they are forgotten.
   */
  webhookWindowSeconds: 300,
  /** Jobs that wait while no worker reports progress for this long degrade the service. */
  workerProgressSeconds: 120 * timeScale,
  /** So do jobs that wait while no worker has given a sign of life for this long. */
  workerSilentSeconds: 15 * timeScale,
  /** A telemetry source this long without a report counts as silent: two reports of the recommended frequency. */
  sourceSilentSeconds: 2 * endpoints.telemetryReport.frequency.recommended * timeScale,
  /** A remediation is tried at most once in the pause, and so many times in the window. */
  remediationPauseSeconds: 300 * timeScale,
  remediationWindowSeconds: 3_600 * timeScale,
  remediationsPerWindow: 3,
  /** The longest that a remediation's command may run. */
  remediationTimeoutSeconds: 60,
  /**
   * From an attempt's begin on, its end is tried to be recorded for this long; without one it then counts as failed.
   * More than the timeout by what a database may be away.
   */
  remediationAbandonedSeconds: 180,
  /** How many remediations are told of. */
  remediationsListed: 20,
  /** How much of what it wrote is kept, from the end. */
  remediationOutputCharacters: 2_000,
  /** An alert that Alertmanager, which repeats each minute, has not repeated for this long is no longer told of. */
  alertForgottenSeconds: 300 * timeScale,
  alertsKept: 500,
  /** Without a Watchdog for this long the alerting pipeline counts as broken. */
  watchdogSilentSeconds: 180 * timeScale,
  /** Numbers from the database older than this are not exported as metrics. */
  statisticsStaleMs: 10_000,

  idempotencyHours: 24,
  jobRetentionDays: 30,
  /** How many rows `retention` deletes in one query. */
  retentionBatch: 1_000,
  /** Jobs take their pictures along: deleting 1 MiB takes about 3 ms, and no query may take 2 s. */
  retentionJobBatch: 50,

  sessionSeconds: 3_600,

  /** How long a shutdown waits for requests and jobs in hand. */
  shutdownGraceMs: 25_000,
} as const;
