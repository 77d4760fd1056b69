import { describe, expect, test } from "@jest/globals";
import { listOutcome, type MonitoringOutcome, renderOutcome, renderTroubles } from "./outcome.ts";

const prometheus = { state: "running", url: "http://127.0.0.1:9090" } as const;
const alertmanager = { state: "running", url: "http://127.0.0.1:9093" } as const;
const missing = { state: "missing" } as const;

const cases: Readonly<Record<string, readonly [MonitoringOutcome, readonly string[]]>> = {
  "where they run": [
    { prometheus, alertmanager },
    ["Prometheus http://127.0.0.1:9090, Alertmanager http://127.0.0.1:9093"],
  ],
  "which port could not be had": [
    { prometheus: { ...prometheus, url: "http://127.0.0.1:40000", refusedPort: 9_090 }, alertmanager },
    ["Prometheus http://127.0.0.1:40000 (port 9090 could not be had), Alertmanager http://127.0.0.1:9093"],
  ],
  "in one line how to get what is missing": [
    { prometheus: missing, alertmanager: missing },
    [
      "off: Prometheus and Alertmanager are not on the PATH (Debian: apt-get install prometheus prometheus-alertmanager; elsewhere: <https://prometheus.io/download/>)",
    ],
  ],
  "which one is missing": [
    { prometheus, alertmanager: missing },
    [
      "Prometheus http://127.0.0.1:9090",
      "off: Alertmanager is not on the PATH (Debian: apt-get install prometheus-alertmanager; elsewhere: <https://prometheus.io/download/>)",
    ],
  ],
  "why one failed": [
    { prometheus: { state: "failed", reason: "Prometheus ended with exit code 2" }, alertmanager },
    ["Alertmanager http://127.0.0.1:9093", "off: Prometheus ended with exit code 2"],
  ],
};

describe("the introduction of the monitoring tells", () => {
  test.each(Object.entries(cases))("%s", (_what, [outcome, lines]) => {
    expect(renderOutcome(outcome)).toEqual(lines);
  });
});

test("a table of it has a row for each, and leaves the rest to lines of its own", () => {
  const outcome: MonitoringOutcome = {
    prometheus: { ...prometheus, version: "2.42.0", tookMs: 720 },
    alertmanager: { state: "failed", reason: "Alertmanager ended with exit code 2" },
  };
  expect(listOutcome(outcome)).toEqual([
    { service: "Prometheus", address: "http://127.0.0.1:9090", version: "2.42.0", state: "up", tookMs: 720 },
    { service: "Alertmanager", state: "failed" },
  ]);
  expect(renderTroubles(outcome)).toEqual(["off: Alertmanager ended with exit code 2"]);
});
