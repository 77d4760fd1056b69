import { measure } from "../alerts/expression.ts";
import { jobTypes } from "../app/catalogue/job-types.ts";
import { limits } from "../app/catalogue/limits.ts";
import { jobTypeNames } from "../app/catalogue/names.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { ofUsers, thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { DashboardSpec } from "./dashboard.ts";
import { bad, limitSteps, risingSteps } from "./steps.ts";

const perMinute = (of: promql.Promql) => promql.times(of, 60);

/** One step for each job type's objective. */
const objectives = (of: (type: (typeof jobTypes)[keyof typeof jobTypes]) => number) =>
  risingSteps(jobTypeNames.map((type) => ({ from: of(jobTypes[type]), color: bad })));

/** A job's whole way, from the request to its webhook, and the traces of it. */
export const jobs: DashboardSpec<"jobs"> = {
  description: "A job's way from the request to its webhook: how many, how long, how well, and the traces of it.",
  span: "1h",
  refresh: "10s",
  variables: ["service"],
  panels: {
    requestRate: {
      view: "timeseries",
      title: "Requests",
      description:
        "Requests of users by route. A sudden rise explains what follows below; a sudden fall is a fault nearer to the users.",
      width: 12,
      unit: "{request}/s",
      queries: [
        {
          promql: promql.rate("http.server.request.duration", rateWindowSeconds, {
            where: ofUsers,
            by: ["http.route"],
          }),
          legend: "{{http_route}}",
        },
      ],
      range: { min: 0 },
      traced: true,
    },
    responseTime: {
      view: "timeseries",
      title: "Response time (p95)",
      description:
        "95 of 100 requests are answered within this time. One slow route: open its traces. All slow: look at the database.",
      width: 12,
      unit: signals["http.server.request.duration"].unit,
      queries: [
        { promql: measure(thresholds.responseTimeHigh).value, legend: "all routes" },
        {
          promql: promql.quantile(0.95, "http.server.request.duration", rateWindowSeconds, {
            where: ofUsers,
            by: ["http.route"],
          }),
          legend: "{{http_route}}",
        },
      ],
      steps: limitSteps(thresholds.responseTimeHigh),
      range: { min: 0 },
      traced: true,
    },
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
    queueWait: {
      view: "timeseries",
      title: "Wait in the queue (mean)",
      description: "Time from accepted to taken by a worker. When it stays above the line, the workers are too few.",
      width: 12,
      unit: signals.queue_wait_time.unit,
      queries: [
        { promql: measure(thresholds.queueWaitLong).value, legend: "all" },
        { promql: promql.mean("queue_wait_time", rateWindowSeconds, { by: ["origin"] }), legend: "by {{origin}}" },
      ],
      steps: limitSteps(thresholds.queueWaitLong),
      range: { min: 0 },
      traced: true,
    },
    oldestWait: {
      view: "timeseries",
      title: "Wait of the oldest job",
      description:
        "How long the oldest pending job has waited. Above the line the queue's health is high, however short the queue is.",
      width: 8,
      unit: signals.dashboard_queue_oldest_wait_seconds.unit,
      queries: [{ promql: promql.level("dashboard_queue_oldest_wait_seconds"), legend: "oldest" }],
      steps: objectives(({ waitObjectiveSeconds }) => waitObjectiveSeconds),
      range: { min: 0 },
    },
    queueHealth: {
      view: "stat",
      title: "Queue health",
      description:
        "High: too many jobs wait, or one has waited longer than its objective. The two panels beside say which.",
      width: 4,
      unit: signals.dashboard_queue_health.unit,
      queries: [{ promql: promql.level("dashboard_queue_health"), legend: "queue", states: "dashboard_queue_health" }],
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
      steps: objectives(({ processingObjectiveMs }) => processingObjectiveMs),
      range: { min: 0 },
      traced: true,
    },
    queueDepth: {
      view: "timeseries",
      title: "Queues",
      description:
        "Entries of each queue by state. Waiting grows while active is 0: no worker takes them. Delayed are those to be tried again.",
      width: 12,
      unit: signals.queue_depth.unit,
      queries: [{ promql: promql.level("queue_depth", { by: ["queue", "state"] }), legend: "{{queue}} {{state}}" }],
      range: { min: 0 },
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
    webrtcConnection: {
      view: "timeseries",
      title: "WebRTC connection time (p95)",
      description:
        "As the visitors' browsers measured it. Above the line: look whether the TURN server is reached and its secret is current.",
      width: 12,
      unit: signals.webrtc_connection_time.unit,
      queries: [{ promql: measure(thresholds.webrtcConnectionSlow).value, legend: "p95" }],
      steps: limitSteps(thresholds.webrtcConnectionSlow),
      range: { min: 0 },
    },
    sources: {
      view: "timeseries",
      title: "What telemetry sources report",
      description:
        "The last value of each metric that a partner reported. Flat lines may be a source that is silent: see its age beside.",
      width: 12,
      unit: "{value}",
      queries: [
        {
          promql: promql.level("dashboard_source_value", { by: ["source", "metric"] }),
          legend: "{{source}} {{metric}}",
        },
      ],
    },
    sourceAge: {
      view: "timeseries",
      title: "Time since a source's last report",
      description:
        "Above the line a source counts as silent: ask its owner, and look for its requests among those above.",
      width: 12,
      unit: signals.dashboard_source_last_report_timestamp_seconds.unit,
      queries: [{ promql: measure(thresholds.telemetrySourceSilent).value, legend: "{{source}}" }],
      steps: limitSteps({ above: limits.sourceSilentSeconds }),
      range: { min: 0 },
    },
    activeSpans: {
      view: "timeseries",
      title: "Active spans",
      description: "Spans begun and not yet ended. A line that only climbs is a span that nobody ends: a leak.",
      width: 12,
      unit: signals.active_spans.unit,
      queries: [{ promql: promql.total("active_spans", { by: ["job"] }), legend: "{{job}}" }],
      range: { min: 0 },
      traced: true,
    },
    profiler: {
      view: "timeseries",
      title: "Measured by the profiler (mean)",
      description:
        "What the code measures of itself since its start, with ENABLE_PROFILING=true only. The highest line is the place to begin.",
      width: 12,
      unit: signals.profiler_measure_duration.unit,
      queries: [
        {
          promql: promql.meanEver("profiler_measure_duration", { by: ["measure"] }),
          legend: "{{measure}}",
        },
      ],
      range: { min: 0 },
    },
    traces: {
      view: "traces",
      title: "Latest traces",
      description:
        "The chosen service's traces in this time. Open one by its id: it runs from the request through queue and ComfyUI to the webhook.",
      width: 24,
    },
  },
};
