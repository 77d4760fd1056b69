import { describe, expect, test } from "@jest/globals";
import type { HealthSnapshot } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { metrics } from "../catalogue/metrics.ts";
import { type ServiceName, serviceNames } from "../catalogue/names.ts";
import { services } from "../catalogue/services.ts";
import { renderDashboardSamples } from "./dashboard-samples.ts";
import { renderSnapshot } from "./judge.ts";
import { allUp, down, facts, readAt, statistics, waiting } from "./test-facts.ts";

const reportedAt = new Date("2026-11-23T09:58:20.500Z");
const sources = [{ source: "lensia-main-site", metrics: { activeUsers: 1_250, jobsSubmitted: 250 }, reportedAt }];
const attempts = { succeeded: 2, failed: 0 };
const snapshot = renderSnapshot(allUp, { ...facts, remediations: attempts }, sources);

const namesOf = (of: HealthSnapshot, now = readAt) =>
  new Set(renderDashboardSamples(of, now).map(({ metric }) => metric));
const always = new Set(["dashboard_status", "dashboard_service_up"]);

describe("the dashboard's metrics", () => {
  test("are all there when all is known, and no other", () => {
    const declared = Object.entries(metrics).filter(([, { endpoint }]) => endpoint === "dashboard");
    expect(namesOf(snapshot)).toEqual(new Set(declared.map(([name]) => name)));
  });

  test("have the statistics' values in their own units", () => {
    const high = waiting(60, 45, 1);
    const known = { ...snapshot, statistics: { ...high.statistics, queueHealth: "high" as const } };
    const plain = renderDashboardSamples(known, readAt).filter(({ labels }) => Object.keys(labels).length === 0);
    expect(Object.fromEntries(plain.map(({ metric, value }) => [metric, value]))).toEqual({
      dashboard_status: 1,
      dashboard_jobs_total: 1_500,
      dashboard_jobs_pending: 60,
      dashboard_jobs_completed: 1_200,
      dashboard_queue_health: 1,
      dashboard_queue_oldest_wait_seconds: 45,
      dashboard_worker_stalled: 0,
      dashboard_webhook_success_rate: 0.97,
      dashboard_job_success_rate: 0.96,
      dashboard_avg_processing_time: 120,
    });
  });

  test("have a line for each service and for each value of a source", () => {
    const degraded = renderSnapshot({ ...allUp, comfyui: down }, facts, sources);
    const labelled = renderDashboardSamples(degraded, readAt).filter(({ labels }) => Object.keys(labels).length > 0);
    const source = "lensia-main-site";
    expect(labelled).toEqual([
      ...serviceNames.map((service) => ({
        metric: "dashboard_service_up",
        value: service === "comfyui" ? 0 : 1,
        labels: { service },
      })),
      {
        metric: "dashboard_source_last_report_timestamp_seconds",
        value: reportedAt.getTime() / 1_000,
        labels: { source },
      },
      { metric: "dashboard_source_value", value: 1_250, labels: { source, metric: "activeUsers" } },
      { metric: "dashboard_source_value", value: 250, labels: { source, metric: "jobsSubmitted" } },
    ]);
  });

  const upNamesOf = (of: HealthSnapshot, ageMs: number) =>
    renderDashboardSamples(of, new Date(readAt.getTime() + ageMs)).flatMap(({ metric, labels }) =>
      metric === "dashboard_service_up" ? [labels] : [],
    );
  const without = (missing: ServiceName) =>
    serviceNames.filter((service) => service !== missing).map((service) => ({ service }));

  test.each(["up", "down"] as const)("leave the webhooks out when it is too long ago that they were %s", (status) => {
    const known = renderSnapshot({ ...allUp, webhook: { ...allUp.webhook, status } }, facts, []);
    expect(upNamesOf(known, services.webhook.staleAfterMs)).toHaveLength(serviceNames.length);
    expect(upNamesOf(known, services.webhook.staleAfterMs + 1)).toEqual(without("webhook"));
  });

  test.each(serviceNames)("leave %s out before it was checked", (name) => {
    const unchecked = { status: "up", since: readAt } as const;
    expect(upNamesOf(renderSnapshot({ ...allUp, [name]: unchecked }, facts, []), 0)).toEqual(without(name));
  });

  test("tell that the service is degraded", () => {
    const degraded = renderDashboardSamples(renderSnapshot({ ...allUp, queue: down }, facts, []), readAt);
    expect(degraded).toContainEqual({ metric: "dashboard_status", value: 0, labels: {} });
  });

  test("count the remediations by how they ended, 0 too", () => {
    const counted = renderDashboardSamples(snapshot, readAt).filter(({ metric }) => metric.includes("remediations"));
    expect(counted).toEqual([
      { metric: "dashboard_remediations_total", value: 2, labels: { outcome: "succeeded" } },
      { metric: "dashboard_remediations_total", value: 0, labels: { outcome: "failed" } },
    ]);
    expect(namesOf(renderSnapshot(allUp, facts, sources))).not.toContain("dashboard_remediations_total");
  });

  test("tell that the workers are stalled", () => {
    const stalled = renderDashboardSamples(renderSnapshot(allUp, waiting(1, 1_000, 1_000), []), readAt);
    expect(stalled).toContainEqual({ metric: "dashboard_worker_stalled", value: 1, labels: {} });
  });

  test.each([
    ["dashboard_webhook_success_rate", { webhookSuccessRatio: null }],
    ["dashboard_job_success_rate", { jobSuccessRatio: null }],
    ["dashboard_avg_processing_time", { averageProcessingTimeMs: null }],
  ])("leave %s out when nothing ended in the window", (name, unknown) => {
    const told = namesOf({ ...snapshot, statistics: { ...statistics, ...unknown } });
    const missing = [...namesOf(snapshot)].filter((metric) => !told.has(metric));
    expect(missing).toEqual([name]);
  });

  test("tell a rate of 0, which is known", () => {
    const none = { ...statistics, webhookSuccessRatio: 0, jobSuccessRatio: 0, averageProcessingTimeMs: 0 };
    expect(namesOf({ ...snapshot, statistics: none })).toEqual(namesOf(snapshot));
  });

  test("are without counts and sources while the database is down", () => {
    expect(namesOf(renderSnapshot({ ...allUp, database: down }, facts, sources))).toEqual(always);
    expect(namesOf(renderSnapshot(allUp, undefined, []))).toEqual(always);
  });

  test("are without counts when the numbers are too old, though the database counts as up", () => {
    const at = (ageMs: number) => new Date(readAt.getTime() + ageMs);
    expect(namesOf(snapshot, at(limits.statisticsStaleMs))).toEqual(namesOf(snapshot));
    expect(namesOf(snapshot, at(limits.statisticsStaleMs + 1))).toEqual(always);
  });
});
