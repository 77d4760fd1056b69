import { describe, expect, test } from "@jest/globals";
import { type Alert, alerts, alertsNamed, narrowSymptoms } from "./alerts.ts";
import type { Condition } from "./conditions.ts";
import { jobTypes } from "./job-types.ts";
import { burnRates, sloPeriodDays, slos } from "./slos.ts";
import { thresholds } from "./thresholds.ts";

/** Section 5 of the specification, and what the product adds to it. */
const severities = {
  DashboardDegraded: ["critical"],
  ComfyuiDown: ["critical"],
  DatabaseDown: ["critical"],
  QueueDown: ["critical"],
  WebhookDown: ["warning"],
  QueueSizeHigh: ["warning"],
  QueueHealthHigh: ["warning"],
  QueueOverflow: ["critical"],
  WorkerStalled: ["critical"],
  JobSuccessRateLow: ["warning"],
  WebhookSuccessRateLow: ["warning"],
  ResponseTimeHigh: ["warning"],
  WebrtcConnectionSlow: ["warning"],
  QueueWaitLong: ["warning"],
  JobProcessingSlow: ["warning"],
  TelemetrySourceSilent: ["info"],
  RemediationRan: ["info"],
  RemediationFailed: ["critical"],
  TargetDown: ["critical"],
  RuleEvaluationFailing: ["critical"],
  PrometheusReloadFailing: ["warning"],
  AlertmanagerReloadFailing: ["warning"],
  NotificationsFailing: ["critical"],
  Watchdog: ["none"],
  AvailabilityBudgetBurn: ["critical", "critical", "warning"],
  LatencyBudgetBurn: ["critical", "critical", "warning"],
  JobsBudgetBurn: ["critical", "critical", "warning"],
  WebhooksBudgetBurn: ["critical", "critical", "warning"],
};

const conditionsOf = (name: Alert["name"]): readonly Condition[] => alertsNamed(name).flatMap((row) => row.conditions);

describe("the catalogue's alerts", () => {
  test("are those that are documented, as severe as documented", () => {
    const declared = Map.groupBy(alerts, ({ name }) => name);
    const found = [...declared].map(([name, rows]) => [name, rows.map(({ severity }) => severity)]);
    expect(Object.fromEntries(found)).toEqual(severities);
  });

  test.each([
    ["QueueSizeHigh", thresholds.queueSizeHigh],
    ["QueueOverflow", thresholds.queueOverflow],
    ["JobSuccessRateLow", thresholds.jobSuccessRateLow],
    ["WebhookSuccessRateLow", thresholds.webhookSuccessRateLow],
    ["ResponseTimeHigh", thresholds.responseTimeHigh],
    ["WebrtcConnectionSlow", thresholds.webrtcConnectionSlow],
    ["QueueWaitLong", thresholds.queueWaitLong],
    ["TelemetrySourceSilent", thresholds.telemetrySourceSilent],
  ] as const)("%s fires at its documented threshold", (name, threshold) => {
    expect(conditionsOf(name)).toEqual([threshold]);
  });

  test.each([
    ["ComfyuiDown", "comfyui"],
    ["DatabaseDown", "database"],
    ["QueueDown", "queue"],
    ["WebhookDown", "webhook"],
  ] as const)("%s fires when the service %s is down", (name, service) => {
    expect(conditionsOf(name)).toEqual([
      { metric: "dashboard_service_up", where: { service }, is: 0, by: ["service"] },
    ]);
  });

  test("JobProcessingSlow asks for the 99th percentile of every job type's objective", () => {
    const asked = conditionsOf("JobProcessingSlow").map((condition) =>
      "quantile" in condition ? [condition.quantile, condition.above] : [],
    );
    expect(asked).toEqual(Object.values(jobTypes).map(({ processingObjectiveMs }) => [0.99, processingObjectiveMs]));
  });

  test("have a rule each, and a name and labels that Prometheus takes", () => {
    for (const { name, conditions, burn } of alerts) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(conditions.length + (burn === undefined ? 0 : 1)).toBeGreaterThan(0);
    }
  });

  test("name in their summaries only labels that they have", () => {
    const missing = alerts.flatMap(({ name, summary, conditions }) => {
      const named = [...summary.matchAll(/\{\{(.*?)\}\}/g)].map(([, inside = ""]) => inside.trim());
      const has = (text: string) =>
        conditions.every(
          (condition) => "by" in condition && condition.by?.some((label) => text === `$labels.${label}`),
        );
      return named.filter((text) => !has(text)).map((text) => `${name}: ${text}`);
    });
    expect(missing).toEqual([]);
  });

  test("are the symptom of no alert twice, nor of themselves", () => {
    for (const { name, symptomOf } of alerts) {
      expect(new Set(symptomOf).size).toBe(symptomOf.length);
      expect(symptomOf).not.toContain(name);
    }
    expect(narrowSymptoms.filter(({ cause, symptom }) => cause.alertname === symptom.alertname)).toEqual([]);
  });
});

describe("the burn rates", () => {
  test("spend 2 %, 5 % and 10 % of the period's budget before they fire", () => {
    const spent = burnRates.map(({ factor, longSeconds }) => (factor * longSeconds) / (sloPeriodDays * 86_400));
    expect(spent.map((share) => Math.round(share * 1_000) / 1_000)).toEqual([0.02, 0.05, 0.1]);
  });

  test("can be reached: no objective allows so many bad events that there cannot be more", () => {
    for (const { errorBudget } of Object.values(slos)) {
      for (const { factor } of burnRates) expect(factor * errorBudget).toBeLessThan(1);
    }
  });
});
