import type { HealthSnapshot } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { serviceNames } from "../catalogue/names.ts";
import type { DashboardSample } from "../telemetry/dashboard-exporter.ts";
import { isKnown } from "./judge.ts";

/**
 * The values of the `dashboard_*` metrics. What is not known is left out, never 0 or 1: without an answer of the database
 * there are no counts and nothing of the webhooks, and without an ended job no rate.
 */
export function renderDashboardSamples(snapshot: HealthSnapshot, now: Date): readonly DashboardSample[] {
  const { statistics } = snapshot;
  const known =
    snapshot.services.database.status === "up" &&
    statistics !== undefined &&
    now.getTime() - statistics.readAt.getTime() <= limits.statisticsStaleMs;
  const samples: DashboardSample[] = [
    { metric: "dashboard_status", value: snapshot.status === "healthy" ? 1 : 0, labels: {} },
    ...serviceNames
      .filter((service) => isKnown(service, snapshot.services[service], now))
      .map((service) => ({
        metric: "dashboard_service_up" as const,
        value: snapshot.services[service].status === "up" ? 1 : 0,
        labels: { service },
      })),
  ];
  if (!known) return samples;
  samples.push(
    { metric: "dashboard_jobs_total", value: statistics.total, labels: {} },
    { metric: "dashboard_jobs_pending", value: statistics.byStatus.pending, labels: {} },
    { metric: "dashboard_jobs_completed", value: statistics.byStatus.completed, labels: {} },
    { metric: "dashboard_queue_health", value: statistics.queueHealth === "high" ? 1 : 0, labels: {} },
    { metric: "dashboard_queue_oldest_wait_seconds", value: statistics.oldestWaitSeconds, labels: {} },
  );
  const { webhookSuccessRatio, jobSuccessRatio, averageProcessingTimeMs } = statistics;
  if (webhookSuccessRatio !== null)
    samples.push({ metric: "dashboard_webhook_success_rate", value: webhookSuccessRatio, labels: {} });
  if (jobSuccessRatio !== null)
    samples.push({ metric: "dashboard_job_success_rate", value: jobSuccessRatio, labels: {} });
  if (averageProcessingTimeMs !== null)
    samples.push({ metric: "dashboard_avg_processing_time", value: averageProcessingTimeMs / 1_000, labels: {} });
  for (const { source, metrics, reportedAt } of snapshot.sources) {
    const at = reportedAt.getTime() / 1_000;
    samples.push({ metric: "dashboard_source_last_report_timestamp_seconds", value: at, labels: { source } });
    for (const [metric, value] of Object.entries(metrics))
      samples.push({ metric: "dashboard_source_value", value, labels: { source, metric } });
  }
  return samples;
}
