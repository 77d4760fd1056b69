import { type AlertRows, counted, down, noProgress, probed } from "./alert-row.ts";
import { limits } from "./limits.ts";

/** Deliveries are counted by the minute. */
const minuteSeconds = 60;

/** The service and what it depends on. */
export const serviceAlerts = {
  DashboardDegraded: {
    severity: "critical",
    summary: "The service is degraded",
    subject: "the service",
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
    subject: "ComfyUI",
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
    subject: "Postgres",
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
    subject: "the queue",
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
    subject: "the delivery of webhooks",
    conditions: [{ metric: "dashboard_service_up", where: { service: "webhook" }, is: 0, by: ["service"] }],
    forSeconds: 60,
    // A streak counts from the end of its first minute.
    signalSeconds: limits.webhookWindowSeconds + minuteSeconds + counted,
    budgetSeconds: 510,
    symptomOf: ["DatabaseDown"],
    panel: "services",
  },
  WorkerStalled: {
    severity: "critical",
    summary: "Jobs wait and no worker gets on with them",
    subject: "the worker",
    conditions: [{ metric: "dashboard_worker_stalled", is: 1 }],
    forSeconds: 30,
    signalSeconds: limits.workerSilentSeconds + counted,
    budgetSeconds: 150,
    symptomOf: down,
    panel: "workers",
  },
} as const satisfies AlertRows;
