import type { AlertRows } from "./alert-row.ts";
import { limits } from "./limits.ts";
import { rateWindowSeconds } from "./scrape.ts";
import { thresholds } from "./thresholds.ts";
import { timeScale } from "./time-scale.ts";

/** What users and partner sites notice, or tell. */
export const userAlerts = {
  ResponseTimeHigh: {
    severity: "warning",
    summary: "The API answers slowly",
    subject: "the response time",
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
    subject: "the connection time",
    conditions: [thresholds.webrtcConnectionSlow],
    forSeconds: 120,
    signalSeconds: rateWindowSeconds * timeScale,
    budgetSeconds: 510,
    symptomOf: [],
    panel: "webrtcConnection",
  },
  TelemetrySourceSilent: {
    severity: "info",
    summary: "The telemetry source {{ $labels.source }} has fallen silent",
    subject: "the last report of {{ $labels.source }}",
    conditions: [thresholds.telemetrySourceSilent],
    forSeconds: 60,
    signalSeconds: limits.sourceSilentSeconds,
    budgetSeconds: 2_100,
    symptomOf: ["DatabaseDown"],
    panel: "sourceAge",
  },
} as const satisfies AlertRows;
