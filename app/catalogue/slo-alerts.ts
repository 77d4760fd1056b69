import { down } from "./alert-row.ts";
import type { SloName } from "./slos.ts";

interface SloAlertRow {
  readonly slo: SloName;
  readonly summary: string;
  /** Explain it at any rate; critical themselves, for a critical burn is not to be silenced by less. */
  readonly symptomOf: readonly string[];
  /** Explain its slow burn alone. */
  readonly slowSymptomOf: readonly string[];
}

/** The alerts that say that an objective's error budget burns too fast; their rules come from the SLO and its burn rates. */
export const sloAlerts = {
  AvailabilityBudgetBurn: {
    slo: "availability",
    summary: "Too many requests end in an error of the server",
    symptomOf: ["DatabaseDown"],
    slowSymptomOf: [],
  },
  LatencyBudgetBurn: {
    slo: "latency",
    summary: "Too many requests are answered late",
    symptomOf: ["DatabaseDown", "QueueDown"],
    slowSymptomOf: ["ResponseTimeHigh"],
  },
  JobsBudgetBurn: {
    slo: "jobs",
    summary: "Jobs fail faster than their objective allows",
    symptomOf: down,
    slowSymptomOf: ["JobSuccessRateLow"],
  },
  WebhooksBudgetBurn: {
    slo: "webhooks",
    summary: "Webhooks are given up faster than their objective allows",
    symptomOf: ["DatabaseDown"],
    slowSymptomOf: ["WebhookSuccessRateLow", "WebhookDown"],
  },
} as const satisfies Readonly<Record<string, SloAlertRow>>;
