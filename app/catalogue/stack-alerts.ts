import { type AlertRows, counted } from "./alert-row.ts";
import { limits } from "./limits.ts";
import type { RemediationOutcome } from "./names.ts";
import { notifications } from "./notifications.ts";
import { scrapeTimeoutSeconds } from "./scrape.ts";
import { timeScale } from "./time-scale.ts";

/** Well below the pause between two remediations, so that each is told. */
const attemptWindowSeconds = 120;

/** A remediation has been tried, and has ended so. */
const attempted = <O extends RemediationOutcome>(outcome: O) =>
  ({
    metric: "dashboard_remediations_total",
    where: { outcome },
    by: ["outcome"],
    increase: true,
    above: 0,
    overSeconds: attemptWindowSeconds,
  }) as const;

/** What watches the service, and what mends it. */
export const stackAlerts = {
  RemediationRan: {
    severity: "info",
    summary: "ComfyUI was restarted by the configured command",
    subject: "the number of restarts",
    conditions: [attempted("succeeded")],
    forSeconds: 0,
    signalSeconds: limits.remediationTimeoutSeconds + counted,
    budgetSeconds: 150,
    symptomOf: [],
    panel: "remediations",
  },
  RemediationFailed: {
    severity: "critical",
    summary: "The configured command did not restart ComfyUI",
    subject: "the number of restarts that failed",
    conditions: [attempted("failed")],
    forSeconds: 0,
    signalSeconds: limits.remediationTimeoutSeconds + counted,
    budgetSeconds: 150,
    symptomOf: [],
    panel: "remediations",
  },
  TargetDown: {
    severity: "critical",
    summary: "Prometheus cannot scrape {{ $labels.job }} at {{ $labels.instance }}",
    subject: "the target",
    conditions: [{ metric: "up", by: ["job", "instance", "role"], is: 0 }],
    forSeconds: 60,
    signalSeconds: scrapeTimeoutSeconds,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "targets",
  },
  RuleEvaluationFailing: {
    severity: "critical",
    summary: "Prometheus cannot evaluate the rules of {{ $labels.rule_group }}",
    subject: "the number of evaluations that failed",
    conditions: [{ metric: "prometheus_rule_evaluation_failures_total", by: ["rule_group"], increase: true, above: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "ruleFailures",
  },
  PrometheusReloadFailing: {
    severity: "warning",
    summary: "Prometheus goes on with its old configuration",
    subject: "the new configuration",
    conditions: [{ metric: "prometheus_config_last_reload_successful", by: ["instance"], is: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "ruleFailures",
  },
  AlertmanagerReloadFailing: {
    severity: "warning",
    summary: "Alertmanager goes on with its old configuration",
    subject: "the new configuration",
    conditions: [{ metric: "alertmanager_config_last_reload_successful", by: ["instance"], is: 0 }],
    forSeconds: 60,
    signalSeconds: 0,
    budgetSeconds: 180,
    symptomOf: [],
    panel: "ruleFailures",
  },
  NotificationsFailing: {
    severity: "critical",
    summary: "Alertmanager cannot notify by {{ $labels.integration }}",
    subject: "the number of notifications that failed",
    conditions: [
      {
        metric: "alertmanager_notifications_failed_total",
        // The product tells itself when it is away, and the outside heartbeat when it hears nothing.
        where: { integration: { not: ["webhook"] } },
        by: ["integration"],
        increase: true,
        above: 0,
      },
    ],
    forSeconds: 60,
    // A channel counts as failed when a whole interval was in vain; its first failure may only begin the count.
    signalSeconds: notifications.people.critical.intervalSeconds * timeScale * 2,
    budgetSeconds: 300,
    symptomOf: [],
    panel: "notifications",
  },
  Watchdog: {
    severity: "none",
    summary: "The alerting pipeline is alive",
    subject: "the alerting pipeline",
    conditions: [{ always: true }],
    forSeconds: 0,
    signalSeconds: 0,
    budgetSeconds: 120,
    symptomOf: [],
    panel: "alertsFiring",
  },
} as const satisfies AlertRows;
