import type { BucketOf, HistogramName, MetricName } from "./metrics.ts";

/** A threshold on a metric's value, in the metric's unit. */
interface ValueThreshold {
  readonly metric: Exclude<MetricName, HistogramName>;
  readonly above?: number;
  readonly below?: number;
}

/** A threshold on a histogram: a quantile is only exact at a bucket boundary, the mean anywhere. */
type DistributionThreshold = {
  [M in HistogramName]:
    | { readonly metric: M; readonly quantile: number; readonly above: BucketOf<M> }
    | { readonly metric: M; readonly mean: true; readonly above: number };
}[HistogramName];

/** The documented thresholds: rules, panels, health and tests read them here. */
export const thresholds = {
  queueSizeHigh: { metric: "dashboard_jobs_pending", above: 50 },
  queueOverflow: { metric: "dashboard_jobs_pending", above: 100 },
  jobSuccessRateLow: { metric: "dashboard_job_success_rate", below: 0.9 },
  webhookSuccessRateLow: { metric: "dashboard_webhook_success_rate", below: 0.95 },
  responseTimeHigh: { metric: "http.server.request.duration", quantile: 0.95, above: 1 },
  webrtcConnectionSlow: { metric: "webrtc_connection_time", quantile: 0.95, above: 300 },
  queueWaitLong: { metric: "queue_wait_time", mean: true, above: 8_000 },
} as const satisfies Record<string, ValueThreshold | DistributionThreshold>;
