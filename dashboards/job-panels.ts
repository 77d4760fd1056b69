import { measure } from "../alerts/expression.ts";
import type { PanelName } from "../app/catalogue/panels.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { PanelSpec } from "./panel.ts";
import { limitSteps, objectiveSteps } from "./steps.ts";

const perMinute = (of: promql.Promql) => promql.times(of, 60);

/** What becomes of the jobs and of their webhooks, and how long the work takes. */
export const jobPanels = {
  jobsEnded: {
    view: "timeseries",
    title: "Attempts at jobs, by outcome",
    description:
      "How many attempts ended a minute, and how. Many retried: ComfyUI comes and goes. Many failed: read the error codes in the jobs.",
    width: 12,
    unit: "{attempt}/min",
    queries: [
      {
        promql: perMinute(promql.rate("job_processing_time", rateWindowSeconds, { by: ["outcome"] })),
        legend: "{{outcome}}",
      },
    ],
    range: { min: 0 },
    traced: true,
  },
  jobSuccessRate: {
    view: "timeseries",
    title: "Job success rate",
    description:
      "Completed jobs among those that completed or failed in the last hour. Low: look at the failed jobs' error codes and at ComfyUI's log.",
    width: 6,
    unit: signals.dashboard_job_success_rate.unit,
    queries: [{ promql: measure(thresholds.jobSuccessRateLow).value, legend: "success" }],
    steps: limitSteps(thresholds.jobSuccessRateLow),
    range: { min: 0, max: 1 },
  },
  jobTotals: {
    view: "stat",
    title: "Jobs ever",
    description:
      "Jobs accepted and completed since the first start. They only grow: a fall means that the database is another one.",
    width: 6,
    unit: signals.dashboard_jobs_total.unit,
    queries: [
      { promql: promql.tally("dashboard_jobs_total"), legend: "accepted" },
      { promql: promql.level("dashboard_jobs_completed"), legend: "completed" },
    ],
  },
  jobProcessing: {
    view: "timeseries",
    title: "Processing time of completed jobs (p99)",
    description:
      "99 of 100 attempts that completed took no longer. Above the objective: ComfyUI is overloaded, or the workflows have grown.",
    width: 12,
    unit: signals.job_processing_time.unit,
    queries: [
      {
        promql: promql.quantile(0.99, "job_processing_time", rateWindowSeconds, {
          where: { outcome: "completed" },
          by: ["job_type"],
        }),
        legend: "{{job_type}}",
      },
    ],
    steps: objectiveSteps(({ processingObjectiveMs }) => processingObjectiveMs),
    range: { min: 0 },
    traced: true,
  },
  webhookDeliveries: {
    view: "timeseries",
    title: "Webhooks, by outcome",
    description:
      "Deliveries that ended a minute, and how. Failed were tried until the last attempt: their receivers are gone or refuse.",
    width: 12,
    unit: "{delivery}/min",
    queries: [
      {
        promql: perMinute(promql.rate("webhook_deliveries", rateWindowSeconds, { by: ["outcome"] })),
        legend: "{{outcome}}",
      },
    ],
    range: { min: 0 },
    traced: true,
  },
} satisfies Partial<Record<PanelName<"jobs">, PanelSpec>>;
