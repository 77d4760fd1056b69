import type { HealthSnapshot, SourceReport, Statistics } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { remediationOutcomes, serviceNames } from "../catalogue/names.ts";
import type { DashboardSample } from "../telemetry/dashboard-exporter.ts";
import { isKnown } from "./judge.ts";

/** What is known while the database answers. What is null is left out: nothing ended in the window. */
function renderCounts(statistics: Statistics, { workersStalled }: HealthSnapshot): readonly DashboardSample[] {
  const { byStatus, averageProcessingTimeMs: processingMs } = statistics;
  const rows = [
    { metric: "dashboard_jobs_total", value: statistics.total },
    { metric: "dashboard_jobs_pending", value: byStatus.pending },
    { metric: "dashboard_jobs_completed", value: byStatus.completed },
    { metric: "dashboard_queue_health", value: Number(statistics.queueHealth === "high") },
    { metric: "dashboard_queue_oldest_wait_seconds", value: statistics.oldestWaitSeconds },
    { metric: "dashboard_worker_stalled", value: Number(workersStalled) },
    { metric: "dashboard_webhook_success_rate", value: statistics.webhookSuccessRatio },
    { metric: "dashboard_job_success_rate", value: statistics.jobSuccessRatio },
    { metric: "dashboard_avg_processing_time", value: processingMs === null ? null : processingMs / 1_000 },
  ] as const;
  return rows.flatMap(({ metric, value }) => (value === null ? [] : [{ metric, value, labels: {} }]));
}

function renderServices({ services }: HealthSnapshot, now: Date): readonly DashboardSample[] {
  return serviceNames
    .filter((service) => isKnown(service, services[service], now))
    .map((service) => ({
      metric: "dashboard_service_up",
      value: Number(services[service].status === "up"),
      labels: { service },
    }));
}

function renderSource({ source, metrics, reportedAt }: SourceReport): readonly DashboardSample[] {
  return [
    {
      metric: "dashboard_source_last_report_timestamp_seconds",
      value: reportedAt.getTime() / 1_000,
      labels: { source },
    },
    ...Object.entries(metrics).map(([metric, value]) => ({
      metric: "dashboard_source_value" as const,
      value,
      labels: { source, metric },
    })),
  ];
}

function renderRemediations({ remediations }: HealthSnapshot): readonly DashboardSample[] {
  if (remediations === undefined) return [];
  return remediationOutcomes.map((outcome) => ({
    metric: "dashboard_remediations_total",
    value: remediations[outcome],
    labels: { outcome },
  }));
}

/**
 * The values of the `dashboard_*` metrics. What is not known is left out, never 0 or 1: without an answer of the database
 * there are no counts and nothing of the webhooks or the workers, and without an ended job no rate.
 */
export function renderDashboardSamples(snapshot: HealthSnapshot, now: Date): readonly DashboardSample[] {
  const { services, statistics, sources } = snapshot;
  const samples: readonly DashboardSample[] = [
    { metric: "dashboard_status", value: Number(snapshot.status === "healthy"), labels: {} },
    ...renderServices(snapshot, now),
  ];
  const known =
    services.database.status === "up" &&
    statistics !== undefined &&
    now.getTime() - statistics.readAt.getTime() <= limits.statisticsStaleMs;
  if (!known) return samples;
  return [
    ...samples,
    ...renderCounts(statistics, snapshot),
    ...renderRemediations(snapshot),
    ...sources.flatMap(renderSource),
  ];
}
