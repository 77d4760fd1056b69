import { signals } from "../app/catalogue/signals.ts";
import { queueSizeBusy, thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { DashboardSpec } from "./dashboard.ts";
import { bad, limitSteps, risingSteps } from "./steps.ts";

/** The four panels that people know: their expressions and colours are a contract. */
export const overview: DashboardSpec<"overview"> = {
  description: "Whether the service is up, how long its queue is, and how well and how fast it delivers.",
  span: "1h",
  refresh: "10s",
  variables: [],
  panels: {
    dashboardStatus: {
      view: "stat",
      title: "Dashboard Status",
      description:
        "Whether Prometheus reaches the API. Down: look whether its process runs, then at the panel of services on the dashboard of the stack.",
      width: 6,
      unit: "{target}",
      queries: [{ promql: promql.series("up", { job: "dashboard" }), legend: "{{instance}}", states: "up" }],
    },
    queueSize: {
      view: "timeseries",
      title: "Queue Size",
      description:
        "Jobs that wait. Red: more come than the workers get done; add workers, or see on the dashboard of jobs what slows them down.",
      width: 18,
      unit: signals.dashboard_jobs_pending.unit,
      queries: [{ promql: promql.series("dashboard_jobs_pending"), legend: "pending" }],
      steps: risingSteps([
        { from: queueSizeBusy, color: "yellow" },
        { from: thresholds.queueSizeHigh.above, color: bad },
      ]),
      range: { min: 0 },
    },
    successRate: {
      view: "gauge",
      title: "Success Rate",
      description:
        "Webhooks that were delivered, of those that ended in the last hour. Red: receivers refuse or do not answer; the log names them.",
      width: 6,
      unit: "%",
      queries: [{ promql: promql.times(promql.series("dashboard_webhook_success_rate"), 100), legend: "delivered" }],
      steps: limitSteps(thresholds.webhookSuccessRateLow, 100),
      range: { min: 0, max: 100 },
    },
    processingTime: {
      view: "timeseries",
      title: "Processing Time",
      description:
        "Mean time of the jobs completed in the last hour. When it grows, compare with ComfyUI's load and with the traces on the dashboard of jobs.",
      width: 18,
      unit: signals.dashboard_avg_processing_time.unit,
      queries: [{ promql: promql.series("dashboard_avg_processing_time"), legend: "mean" }],
      range: { min: 0 },
    },
  },
};
