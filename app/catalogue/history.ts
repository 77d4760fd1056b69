/** What the status page's charts can show. */
export const historyRanges = {
  "1h": { label: "1 hour", seconds: 3_600, stepSeconds: 60 },
  "24h": { label: "24 hours", seconds: 86_400, stepSeconds: 600 },
  "7d": { label: "7 days", seconds: 604_800, stepSeconds: 3_600 },
} as const;

export type HistoryRange = keyof typeof historyRanges;

/** How what the charts show is recorded, and read. */
export const historyTiming = {
  /** How often each replica offers a sample; the first of a minute is kept. More than once, so that none is missed. */
  offerMs: 20_000,
  /** One answer serves everybody for so long. */
  cacheMs: 5_000,
  /** The longest that a visitor waits for the past. */
  deadlineMs: 1_500,
  /** The longest that Prometheus is waited for: what was recorded here is there sooner, and will do. */
  prometheusDeadlineMs: 1_000,
  /** A Prometheus that did not answer, or not as it should, is left alone for so long. */
  prometheusPauseMs: 30_000,
  /** The longest answer of Prometheus that is read: 168 values of one series take 5 kB. */
  prometheusAnswerBytes: 100_000,
} as const;
