import { type AlertRows, counted, down, noProgress } from "./alert-row.ts";
import { jobTypes } from "./job-types.ts";
import { jobTypeNames } from "./names.ts";
import { rateWindowSeconds } from "./scrape.ts";
import { thresholds } from "./thresholds.ts";
import { timeScale } from "./time-scale.ts";

/** Jobs, from accepted to delivered. */
export const jobAlerts = {
  QueueSizeHigh: {
    severity: "warning",
    summary: "The queue is long",
    subject: "the number of pending jobs",
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
    subject: "the queue's health",
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
    subject: "the number of pending jobs",
    conditions: [thresholds.queueOverflow],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: noProgress,
    panel: "queueSize",
  },
  QueueWaitLong: {
    severity: "warning",
    summary: "Jobs wait long before a worker takes them",
    subject: "the wait of jobs for a worker",
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
    subject: "the processing time of jobs",
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
    budgetSeconds: 720,
    symptomOf: down,
    panel: "jobProcessing",
  },
  JobSuccessRateLow: {
    severity: "warning",
    summary: "Too many jobs fail",
    subject: "the success rate of jobs",
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
    subject: "the success rate of webhook deliveries",
    conditions: [thresholds.webhookSuccessRateLow],
    forSeconds: 60,
    signalSeconds: counted,
    budgetSeconds: 150,
    symptomOf: ["WebhookDown", "DatabaseDown"],
    panel: "successRate",
  },
} as const satisfies AlertRows;
