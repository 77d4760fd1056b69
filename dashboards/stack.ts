import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { DashboardSpec } from "./dashboard.ts";
import { anyIsBad } from "./steps.ts";
import { chosen } from "./variable.ts";

const ofJob = { job: chosen("job") };
const inWindow = `in ${renderDuration(rateWindowSeconds)}`;

/** The service's parts, and what watches them. */
export const stack: DashboardSpec<"stack"> = {
  description: "The service's parts, and what watches them: Prometheus, its rules, Alertmanager and its notifications.",
  span: "1h",
  refresh: "10s",
  variables: ["job"],
  panels: {
    services: {
      view: "timeline",
      title: "Services",
      description:
        "The service as a whole, and what it depends on. Begin with what went down first: the rest may follow from it.",
      width: 12,
      unit: "{service}",
      queries: [
        { promql: promql.level("dashboard_status"), legend: "overall", states: "dashboard_status" },
        {
          promql: promql.level("dashboard_service_up", { by: ["service"] }),
          legend: "{{service}}",
          states: "dashboard_service_up",
        },
      ],
    },
    workers: {
      view: "timeline",
      title: "Workers",
      description:
        "Stalled: jobs wait and no worker gets on with them. Look whether a worker runs, and what its log says.",
      width: 12,
      unit: "{worker}",
      queries: [
        { promql: promql.level("dashboard_worker_stalled"), legend: "workers", states: "dashboard_worker_stalled" },
      ],
    },
    targets: {
      view: "timeline",
      title: "Scrape targets",
      description:
        "Whether Prometheus reaches each target. Down: nothing is known of it, and its alerts are silent; start it, or mend its address.",
      width: 12,
      unit: "{target}",
      queries: [{ promql: promql.series("up", ofJob), legend: "{{job}} {{instance}}", states: "up" }],
    },
    alertsFiring: {
      view: "timeseries",
      title: "Alerts that fire",
      description: "By name. Watchdog always fires: where its line ends, the alerting is dead.",
      width: 12,
      unit: signals.alertmanager_alerts.unit,
      queries: [
        {
          promql: promql.total("ALERTS", { where: { alertstate: "firing" }, by: ["alertname", "severity"] }),
          legend: "{{alertname}} ({{severity}})",
        },
      ],
      range: { min: 0 },
    },
    alertsHeld: {
      view: "timeseries",
      title: "Alerts in Alertmanager",
      description:
        "Suppressed ones are silenced, or explained by another alert. None at all: Prometheus does not reach Alertmanager.",
      width: 12,
      unit: signals.alertmanager_alerts.unit,
      queries: [{ promql: promql.level("alertmanager_alerts", { by: ["state"] }), legend: "{{state}}" }],
      range: { min: 0 },
    },
    notifications: {
      view: "timeseries",
      title: `Notifications ${inWindow}`,
      description:
        "Tried and failed by channel, and alerts that did not reach Alertmanager. A channel that fails: check its secret and Alertmanager's log.",
      width: 12,
      unit: signals.alertmanager_notifications_total.unit,
      queries: [
        {
          promql: promql.increase("alertmanager_notifications_total", rateWindowSeconds, { by: ["integration"] }),
          legend: "{{integration}} tried",
        },
        {
          promql: promql.increase("alertmanager_notifications_failed_total", rateWindowSeconds, {
            by: ["integration"],
          }),
          legend: "{{integration}} failed",
        },
        {
          promql: promql.increase("prometheus_notifications_dropped_total", rateWindowSeconds),
          legend: "lost before Alertmanager",
        },
      ],
      range: { min: 0 },
    },
    ruleFailures: {
      view: "timeseries",
      title: `Failed rule evaluations ${inWindow}`,
      description: "A rule that cannot be evaluated cannot alert. Prometheus' page of rules shows the error.",
      width: 12,
      unit: signals.prometheus_rule_evaluation_failures_total.unit,
      queries: [
        {
          promql: promql.increase("prometheus_rule_evaluation_failures_total", rateWindowSeconds, {
            by: ["rule_group"],
          }),
          legend: "{{rule_group}}",
        },
      ],
      steps: anyIsBad,
      range: { min: 0 },
    },
    remediations: {
      view: "timeseries",
      title: "Restarts of ComfyUI",
      description:
        "Tried by the configured command, since the first start. Each step is one; `GET /api/alerts` tells what the command wrote.",
      width: 12,
      unit: signals.dashboard_remediations_total.unit,
      queries: [{ promql: promql.tally("dashboard_remediations_total", { by: ["outcome"] }), legend: "{{outcome}}" }],
      range: { min: 0 },
    },
    series: {
      view: "timeseries",
      title: "Series",
      description:
        "What Prometheus holds in memory, and what each target exposes. Steady growth is a label with too many values.",
      width: 12,
      unit: signals.prometheus_tsdb_head_series.unit,
      queries: [
        { promql: promql.total("prometheus_tsdb_head_series"), legend: "in memory" },
        { promql: promql.series("scrape_samples_scraped", ofJob), legend: "{{job}} {{instance}}" },
      ],
      range: { min: 0 },
    },
    scrapeDuration: {
      view: "timeseries",
      title: "Scrape duration",
      description: "How long a target takes to tell its metrics. Slow: the target is busy, or exposes too many series.",
      width: 12,
      unit: signals.scrape_duration_seconds.unit,
      queries: [{ promql: promql.series("scrape_duration_seconds", ofJob), legend: "{{job}} {{instance}}" }],
      range: { min: 0 },
    },
    eventLoopDelay: {
      view: "timeseries",
      title: "Delay of the event loop (p99)",
      description:
        "How late Node's processes get to their work. High: something computes for long in one go, or the machine is full.",
      width: 12,
      unit: signals.nodejs_eventloop_delay_p99.unit,
      queries: [{ promql: promql.series("nodejs_eventloop_delay_p99", ofJob), legend: "{{job}} {{instance}}" }],
      range: { min: 0 },
    },
    heap: {
      view: "timeseries",
      title: "Heap in use",
      description: "By process. Saw teeth are garbage collection; a floor that climbs for hours is a leak.",
      width: 12,
      unit: signals.v8js_memory_heap_used.unit,
      queries: [
        {
          promql: promql.total("v8js_memory_heap_used", { where: ofJob, by: ["job", "instance"] }),
          legend: "{{job}} {{instance}}",
        },
      ],
      range: { min: 0 },
    },
  },
};
