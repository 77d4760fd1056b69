import exec from "k6/execution";
import type { AlertName } from "../app/catalogue/alerts.ts";
import { readField, request } from "./request.ts";

export { job } from "./job.ts";

export function ping(): void {
  request("ping", {}, (answer) => readField(answer.json(), "message") === "pong");
}

export function health(): void {
  request("health", {}, (answer) => ["healthy", "degraded"].includes(String(readField(answer.json(), "status"))));
}

export function telemetryRead(): void {
  request("telemetryRead", {}, (answer) => typeof readField(answer.json(), "jobs", "total") === "number");
}

export function telemetryReport(): void {
  request(
    "telemetryReport",
    { body: { source: "k6", metrics: { iterations: exec.scenario.iterationInTest } }, expected: [202] },
    (answer) => readField(answer.json(), "status") === "accepted",
  );
}

export function jobList(): void {
  request("jobList", {}, (answer) => Array.isArray(readField(answer.json(), "jobs")));
}

/** A visitor's browser: it gets its TURN credentials, connects, and tells how long that took. */
export function session(): void {
  const answer = request(
    "sessionCreate",
    { expected: [201] },
    (given) => typeof readField(given.json(), "iceServers", 0, "credential") === "string",
  );
  const [id, token] = [readField(answer.json(), "id"), readField(answer.json(), "token")];
  if (typeof id !== "string" || typeof token !== "string") return;
  request(
    "sessionMeasure",
    {
      path: { id },
      body: { webrtcConnectionTimeMs: 50 + Math.round(Math.random() * 200), queueWaitTimeMs: 100 },
      headers: { Authorization: `Bearer ${token}` },
      expected: [202],
    },
    (given) => readField(given.json(), "status") === "accepted",
  );
}

export function documents(): void {
  request("alertList", {}, (answer) => typeof readField(answer.json()) === "object");
  request("runbook", { path: { alert: "ComfyuiDown" satisfies AlertName } }, (answer) => answer.text.startsWith("#"));
  request("openapi", {}, (answer) => String(readField(answer.json(), "openapi")).startsWith("3.1"));
}

export function probes(): void {
  request("livez", {}, (answer) => answer.text !== "");
  request("readyz", {}, (answer) => answer.text !== "");
}

export function scrape(): void {
  request("metrics", {}, (answer) => answer.text.includes("dashboard_status"));
}
