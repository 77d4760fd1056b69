import type { Condition } from "./conditions.ts";
import { jobTypes } from "./job-types.ts";
import { limits } from "./limits.ts";
import { jobTypeNames } from "./names.ts";
import type { Severity } from "./notifications.ts";
import type { PanelName } from "./panels.ts";
import { rateWindowSeconds } from "./scrape.ts";
import { services } from "./services.ts";
import { burnRates, type SloName } from "./slos.ts";
import { thresholds } from "./thresholds.ts";
import { timeScale } from "./time-scale.ts";

interface AlertRow {
  readonly severity: Severity;
  /** What is the matter, in a line. May name the labels of the condition's `by`: `{{ $labels.source }}`. */
  readonly summary: string;
  /** A rule each. */
  readonly conditions: readonly Condition[];
  /** How long the condition must hold. */
  readonly forSeconds: number;
  /** The longest time from the fault until the metric tells it, apart from scraping; at the time scale as it is. */
  readonly signalSeconds: number;
  /** The detection budget: the longest time from the fault to the message on the phone, at time scale 1. */
  readonly budgetSeconds: number;
  /** The alerts that, while they fire, explain this one: it then notifies nobody. */
  readonly symptomOf: readonly AlertName[];
  /** The panel that shows it. */
  readonly panel: PanelName;
}

/** From a probe's start to its answer, or to the deadline when there is none. */
function probed(name: "database" | "queue" | "comfyui"): number {
  return (services[name].probeIntervalMs + services[name].probeDeadlineMs) / 1_000;
}

/** How often the numbers are read from the database, with time for the answer. */
const counted = probed("database");

const down = ["DatabaseDown", "QueueDown", "ComfyuiDown"] as const;
const noProgress = [...down, "WorkerStalled"] as const;

/**
 * For this long after a cause has ended, what looks like its symptom is its aftermath: the queue that has piled up, the
 * times that jobs have waited. Nobody is told of that.
 */
export const aftermathSeconds = 300;

/** Every alert but those that an SLO makes. */
const plainAlerts = {
  DashboardDegraded: {
    severity: "critical",
    summary: "The service is degraded",
    conditions: [{ metric: "dashboard_status", is: 0 }],
    forSeconds: 60,
    signalSeconds: probed("comfyui"),
    budgetSeconds: 150,
    symptomOf: [...noProgress, "WebhookDown"],
    panel: "services",
  },
  ComfyuiDown: {
    severity: "critical",
    summary: "ComfyUI is down: no job is rendered",
    conditions: [{ metric: "dashboard_service_up", where: { service: "comfyui" }, is: 0, by: ["service"] }],
    forSeconds: 30,
    signalSeconds: probed("comfyui"),
    budgetSeconds: 120,
    symptomOf: [],
    panel: "services",
  },
  DatabaseDown: {
    severity: "critical",
    summary: "Postgres is down: no job is accepted",
    conditions: [{ metric: "dashboard_service_up", where: { service: "database" }, is: 0, by: ["service"] }],
    forSeconds: 30,
    signalSeconds: probed("database"),
    budgetSeconds: 120,
    symptomOf: [],
    panel: "services",
  },
  QueueDown: {
    severity: "critical",
    summary: "The queue is down: jobs are accepted and wait",
    conditions: [{ metric: "dashboard_service_up", where: { service: "queue" }, is: 0, by: ["service"] }],
    forSeconds: 30,
    signalSeconds: probed("queue"),
    budgetSeconds: 120,
    symptomOf: ["DatabaseDown"],
    panel: "services",
  },
  WebhookDown: {
    severity: "warning",
    summary: "No webhook gets through",
    conditions: [{ metric: "dashboard_service_up", where: { service: "webhook" }, is: 0, by: ["service"] }],
    forSeconds: 60,
    // A streak counts from the end of its first minute.
    signalSeconds: limits.webhookWindowSeconds + 60 + counted,
    budgetSeconds: 510,
    symptomOf: ["DatabaseDown"],
    panel: "services",
  },
  QueueSizeHigh: {
    severity: "warning",
    summary: "The queue is long",
    conditions: [thresholds.queueSizeHigh],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: ["QueueOverflow", ...noProgress],
    panel: "queueSize",
  },
  QueueHealthHigh: {
    severity: "warning",
    summary: "A job has waited longer than its objective",
    conditions: [{ metric: "dashboard_queue_health", is: 1 }],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: ["QueueSizeHigh", "QueueOverflow", ...noProgress],
    panel: "oldestWait",
  },
  QueueOverflow: {
    severity: "critical",
    summary: "The queue overflows: consider scaling the workers",
    conditions: [thresholds.queueOverflow],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: noProgress,
    panel: "queueSize",
  },
  WorkerStalled: {
    severity: "critical",
    summary: "Jobs wait and no worker gets on with them",
    conditions: [{ metric: "dashboard_worker_stalled", is: 1 }],
    forSeconds: 30,
    signalSeconds: limits.workerSilentSeconds + counted,
    budgetSeconds: 150,
    symptomOf: down,
    panel: "workers",
  },
  JobSuccessRateLow: {
    severity: "warning",
    summary: "Too many jobs fail",
    conditions: [thresholds.jobSuccessRateLow],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: down,
    panel: "jobSuccessRate",
  },
  WebhookSuccessRateLow: {
    severity: "warning",
    summary: "Too many webhooks are given up",
    conditions: [thresholds.webhookSuccessRateLow],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: ["WebhookDown", "DatabaseDown"],
    panel: "successRate",
  },
  ResponseTimeHigh: {
    severity: "warning",
    summary: "The API answers slowly",
    conditions: [thresholds.responseTimeHigh],
    forSeconds: 120,
    signalSeconds: rateWindowSeconds * timeScale,
    budgetSeconds: 510,
    symptomOf: ["DatabaseDown", "QueueDown"],
    panel: "responseTime",
  },
  WebrtcConnectionSlow: {
    severity: "warning",
    summary: "WebRTC connections are slow",
    conditions: [thresholds.webrtcConnectionSlow],
    forSeconds: 120,
    signalSeconds: rateWindowSeconds * timeScale,
    budgetSeconds: 510,
    symptomOf: [],
    panel: "webrtcConnection",
  },
  QueueWaitLong: {
    severity: "warning",
    summary: "Jobs wait long before a worker takes them",
    conditions: [thresholds.queueWaitLong],
    forSeconds: 120,
    signalSeconds: rateWindowSeconds * timeScale,
    budgetSeconds: 510,
    symptomOf: ["QueueHealthHigh", "QueueSizeHigh", "QueueOverflow", ...noProgress],
    panel: "queueWait",
  },
  JobProcessingSlow: {
    severity: "warning",
    summary: "Jobs of type {{ $labels.job_type }} take longer than their objective",
    conditions: jobTypeNames.map(
      (type) =>
        ({
          metric: "job_processing_time",
          where: { job_type: type, outcome: "completed" },
          by: ["job_type"],
          quantile: 0.99,
          above: jobTypes[type].processingObjectiveMs,
        }) as const,
    ),
    forSeconds: 300,
    signalSeconds: rateWindowSeconds * timeScale,
    budgetSeconds: 690,
    symptomOf: down,
    panel: "jobProcessing",
  },
  TelemetrySourceSilent: {
    severity: "info",
    summary: "The telemetry source {{ $labels.source }} has fallen silent",
    conditions: [thresholds.telemetrySourceSilent],
    forSeconds: 60,
    signalSeconds: limits.sourceSilentSeconds,
    budgetSeconds: 2_100,
    symptomOf: ["DatabaseDown"],
    panel: "sourceAge",
  },
  RemediationRan: {
    severity: "info",
    summary: "ComfyUI was restarted by the configured command",
    conditions: [
      {
        metric: "dashboard_remediations_total",
        where: { outcome: "succeeded" },
        by: ["outcome"],
        increase: true,
        above: 0,
      },
    ],
    forSeconds: 0,
    signalSeconds: limits.remediationTimeoutSeconds + counted,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "remediations",
  },
  RemediationFailed: {
    severity: "critical",
    summary: "The configured command did not restart ComfyUI",
    conditions: [
      {
        metric: "dashboard_remediations_total",
        where: { outcome: "failed" },
        by: ["outcome"],
        increase: true,
        above: 0,
      },
    ],
    forSeconds: 0,
    signalSeconds: limits.remediationTimeoutSeconds + counted,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "remediations",
  },
  TargetDown: {
    severity: "critical",
    summary: "Prometheus cannot scrape {{ $labels.job }} at {{ $labels.instance }}",
    conditions: [{ metric: "up", by: ["job", "instance", "role"], is: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 150,
    symptomOf: [],
    panel: "targets",
  },
  RuleEvaluationFailing: {
    severity: "critical",
    summary: "Prometheus cannot evaluate the rules of {{ $labels.rule_group }}",
    conditions: [{ metric: "prometheus_rule_evaluation_failures_total", by: ["rule_group"], increase: true, above: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 150,
    symptomOf: [],
    panel: "ruleFailures",
  },
  NotificationsFailing: {
    severity: "critical",
    summary: "Alertmanager cannot notify by {{ $labels.integration }}",
    conditions: [{ metric: "alertmanager_notifications_failed_total", by: ["integration"], increase: true, above: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 150,
    symptomOf: [],
    panel: "notifications",
  },
  Watchdog: {
    severity: "none",
    summary: "The alerting pipeline is alive",
    conditions: [{ always: true }],
    forSeconds: 0,
    signalSeconds: 0,
    budgetSeconds: 120,
    symptomOf: [],
    panel: "alertsFiring",
  },
} as const satisfies Record<string, Omit<AlertRow, "symptomOf"> & { readonly symptomOf: readonly string[] }>;

/** The alerts that say that an objective's error budget burns too fast; their rules come from the SLO and {@link burnRates}. */
const sloAlerts = {
  AvailabilityBudgetBurn: {
    slo: "availability",
    summary: "Too many requests end in an error of the server",
    symptomOf: noProgress,
  },
  LatencyBudgetBurn: {
    slo: "latency",
    summary: "Too many requests are answered late",
    symptomOf: ["ResponseTimeHigh", "DatabaseDown", "QueueDown"],
  },
  JobsBudgetBurn: {
    slo: "jobs",
    summary: "Jobs fail faster than their objective allows",
    symptomOf: ["JobSuccessRateLow", ...down],
  },
  WebhooksBudgetBurn: {
    slo: "webhooks",
    summary: "Webhooks are given up faster than their objective allows",
    symptomOf: ["WebhookSuccessRateLow", "WebhookDown", "DatabaseDown"],
  },
} as const satisfies Record<
  string,
  { readonly slo: SloName; readonly summary: string; readonly symptomOf: readonly string[] }
>;

type PlainAlertName = keyof typeof plainAlerts;
type SloAlertName = keyof typeof sloAlerts;
export type AlertName = PlainAlertName | SloAlertName;

/** One alert as it is declared: a row of its own, or made from an SLO. */
export type Alert = AlertRow & { readonly name: AlertName; readonly burn?: Burn };
interface Burn {
  readonly slo: SloName;
  readonly rate: (typeof burnRates)[number];
}

const plain: Readonly<Record<PlainAlertName, AlertRow>> = plainAlerts;
const ofSlos: Readonly<Record<SloAlertName, Pick<AlertRow, "summary" | "symptomOf"> & { readonly slo: SloName }>> =
  sloAlerts;

export const alertNames = [...Object.keys(plain), ...Object.keys(ofSlos)] as readonly AlertName[];

function isPlain(name: AlertName): name is PlainAlertName {
  return Object.hasOwn(plain, name);
}

/** The declarations under a name: one, or for an SLO one each burn rate. */
export function alertsNamed(name: AlertName): readonly Alert[] {
  if (isPlain(name)) return [{ name, ...plain[name] }];
  const { slo, ...row } = ofSlos[name];
  return burnRates.map((rate) => ({
    name,
    ...row,
    severity: rate.severity,
    conditions: [],
    forSeconds: rate.forSeconds,
    signalSeconds: rate.longSeconds * timeScale,
    budgetSeconds: rate.budgetSeconds,
    panel: "burnRate",
    burn: { slo, rate },
  }));
}

/**
 * Causes that explain only some of another alert's instances: a worker that is gone is told of by the jobs that wait for
 * it, and what Alertmanager cannot send to an API that is gone by the API's target.
 */
export const narrowSymptoms = [
  { cause: { alertname: "WorkerStalled" }, symptom: { alertname: "TargetDown", role: "worker" } },
  {
    cause: { alertname: "TargetDown", job: "dashboard" },
    symptom: { alertname: "NotificationsFailing", integration: "webhook" },
  },
] as const satisfies readonly Record<
  "cause" | "symptom",
  Readonly<Record<string, string>> & { alertname: AlertName }
>[];

/** Every alert of the product. */
export const alerts: readonly Alert[] = alertNames.flatMap(alertsNamed);
