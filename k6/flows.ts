import exec from "k6/execution";
import type { AlertName } from "../app/catalogue/alerts.ts";
import { atOnceVariable } from "./plan.ts";
import { prepare, prepareAtOnce, readField } from "./request.ts";

export { job } from "./job.ts";

let askPings: (() => void) | undefined;

export function ping(): void {
  // What a scenario says to its users is known only when they begin.
  askPings ??= prepareAtOnce("ping", Number(__ENV[atOnceVariable]), {
    isValid: (response) => readField(response, "message") === "pong",
  });
  askPings();
}

const askHealth = prepare("health", {
  isValid: (response) => ["healthy", "degraded"].includes(String(readField(response, "status"))),
});

export function health(): void {
  askHealth();
}

const readTelemetry = prepare("telemetryRead", {
  isValid: (response) => typeof readField(response, "jobs.total") === "number",
});

export function telemetryRead(): void {
  readTelemetry();
}

const reportTelemetry = prepare("telemetryReport", {
  hasBody: true,
  expected: [202],
  isValid: (response) => readField(response, "status") === "accepted",
});

export function telemetryReport(): void {
  reportTelemetry({ body: { source: "k6", metrics: { iterations: exec.scenario.iterationInTest } } });
}

const listJobs = prepare("jobList", { isValid: (response) => Array.isArray(readField(response, "jobs")) });

export function jobList(): void {
  listJobs();
}

const createSession = prepare("sessionCreate", {
  expected: [201],
  isValid: (response) => typeof readField(response, "iceServers.0.credential") === "string",
});
const measureSession = prepare("sessionMeasure", {
  hasBody: true,
  expected: [202],
  isValid: (response) => readField(response, "status") === "accepted",
});

/** A visitor's browser: it gets its TURN credentials, connects, and tells how long that took. */
export function session(): void {
  const response = createSession();
  const [id, token] = [readField(response, "id"), readField(response, "token")];
  if (typeof id !== "string" || typeof token !== "string") return;
  measureSession({
    path: { id },
    body: { webrtcConnectionTimeMs: 50 + Math.round(Math.random() * 200), queueWaitTimeMs: 100 },
    headers: { Authorization: `Bearer ${token}` },
  });
}

const listAlerts = prepare("alertList", { isValid: (response) => typeof readField(response, "@this") === "object" });
const readRunbook = prepare("runbook", { isValid: (response) => response.body.startsWith("#") });
const readOpenapi = prepare("openapi", {
  isValid: (response) => String(readField(response, "openapi")).startsWith("3.1"),
});

export function documents(): void {
  listAlerts();
  readRunbook({ path: { alert: "ComfyuiDown" satisfies AlertName } });
  readOpenapi();
}

const hasText = { isValid: (response: { readonly body: string }) => response.body !== "" };
const readLivez = prepare("livez", hasText);
const readReadyz = prepare("readyz", hasText);

export function probes(): void {
  readLivez();
  readReadyz();
}

const readMetrics = prepare("metrics", { isValid: (response) => response.body.includes("dashboard_status") });

export function scrape(): void {
  readMetrics();
}
