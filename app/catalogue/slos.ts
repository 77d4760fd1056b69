import type { BucketOf, HistogramName } from "./metrics.ts";
import type { SignalOf, Where } from "./signals.ts";
import { ofUsers } from "./thresholds.ts";

type EventSignal = HistogramName | SignalOf<"counter">;

/** The share of events that were bad: those that match `bad` too among those that match `where`. */
export type EventIndicator<M extends EventSignal = EventSignal> = {
  [N in M]: { readonly metric: N; readonly where?: Where<N>; readonly bad: Where<N> };
}[M];

/** The share of events that took longer than a bucket boundary. */
export type LatencyIndicator<M extends HistogramName = HistogramName> = {
  [N in M]: { readonly metric: N; readonly where?: Where<N>; readonly slowerThan: BucketOf<N> };
}[M];

export type Indicator = EventIndicator | LatencyIndicator;

interface SloRow {
  readonly help: string;
  /** The share of bad events that `sloPeriodDays` may have; the objective is 1 less this. */
  readonly errorBudget: number;
  readonly indicator: Indicator;
}

export const sloPeriodDays = 30;

export const slos = {
  availability: {
    help: "requests answered without an error of the server",
    errorBudget: 0.001,
    indicator: {
      metric: "http.server.request.duration",
      where: ofUsers,
      bad: { "http.response.status_code": { matches: "5.." } },
    },
  },
  latency: {
    help: "requests answered within the longest response time that is documented",
    errorBudget: 0.01,
    indicator: { metric: "http.server.request.duration", where: ofUsers, slowerThan: 0.2 },
  },
  jobs: {
    help: "jobs that ended completed, among those that ended completed or failed",
    errorBudget: 0.01,
    indicator: {
      metric: "job_processing_time",
      where: { outcome: ["completed", "failed"] },
      bad: { outcome: "failed" },
    },
  },
  webhooks: {
    help: "webhooks that ended delivered",
    errorBudget: 0.01,
    indicator: { metric: "webhook_deliveries", bad: { outcome: "failed" } },
  },
} as const satisfies Record<string, SloRow>;

export type SloName = keyof typeof slos;
export const sloNames = Object.keys(slos) as readonly SloName[];

/**
 * When an error budget burns too fast: `factor` times the pace that would just use it up in the period, over a long
 * window (it matters) and over a short one (it still goes on). The pairs are those of the SRE workbook, chapter 5: 2 %,
 * 5 % and 10 % of a month's budget.
 */
export const burnRates = [
  { factor: 14.4, longSeconds: 3_600, shortSeconds: 300, forSeconds: 120, budgetSeconds: 3_900, severity: "critical" },
  { factor: 6, longSeconds: 21_600, shortSeconds: 1_800, forSeconds: 900, budgetSeconds: 22_800, severity: "critical" },
  {
    factor: 1,
    longSeconds: 259_200,
    shortSeconds: 21_600,
    forSeconds: 3_600,
    budgetSeconds: 263_100,
    severity: "warning",
  },
] as const;
