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
  /** A worker that reports no progress for this long on a non-empty queue degrades the service. */
  workerProgressSeconds: 120,
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
