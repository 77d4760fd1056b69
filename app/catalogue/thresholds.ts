import type { Condition } from "./conditions.ts";
import { endpointNames, endpoints } from "./endpoints.ts";
import { limits } from "./limits.ts";

/** The requests of users: not those that Prometheus and an orchestrator send. */
export const ofUsers = {
  "http.route": {
    not: endpointNames.map((name) => endpoints[name]).flatMap((row) => ("probe" in row ? [row.route] : [])),
  },
} as const;

/** From so many pending jobs on the queue is busy: yellow on the panel, and no alert. */
export const queueSizeBusy = 10;

/** The documented thresholds: rules, panels, health and tests read them here. Values are in the metric's unit. */
export const thresholds = {
  queueSizeHigh: { metric: "dashboard_jobs_pending", above: 50 },
  queueOverflow: { metric: "dashboard_jobs_pending", above: 100 },
  jobSuccessRateLow: { metric: "dashboard_job_success_rate", below: 0.9 },
  webhookSuccessRateLow: { metric: "dashboard_webhook_success_rate", below: 0.95 },
  responseTimeHigh: { metric: "http.server.request.duration", quantile: 0.95, above: 1, where: ofUsers },
  webrtcConnectionSlow: { metric: "webrtc_connection_time", quantile: 0.95, above: 300 },
  queueWaitLong: { metric: "queue_wait_time", mean: true, above: 8_000 },
  telemetrySourceSilent: {
    metric: "dashboard_source_last_report_timestamp_seconds",
    age: true,
    above: limits.sourceSilentSeconds,
    by: ["source"],
  },
} as const satisfies Record<string, Condition>;
