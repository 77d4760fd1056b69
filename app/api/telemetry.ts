import { limits } from "../catalogue/limits.ts";
import type { Handlers, Reply } from "./call.ts";
import { formatDuration, formatRatio } from "./human.ts";
import type { SourceReport, Statistics, TelemetryDesk } from "./ports.ts";
import { Problem } from "./problem.ts";

export function createTelemetryHandlers(options: {
  readonly telemetry: TelemetryDesk;
}): Pick<Handlers, "telemetryRead" | "telemetryReport"> {
  const { telemetry } = options;
  return {
    telemetryRead: async () => {
      const [statistics, sources] = await Promise.all([telemetry.statistics(), telemetry.sources()]);
      return { status: 200, body: renderTelemetry(statistics, sources) };
    },
    telemetryReport: async ({ body: { source, metrics } }) => {
      const { limit } = await telemetry.report(source, metrics);
      if (limit !== undefined) {
        const detail = refusals[limit];
        throw new Problem("limit-exceeded", detail, { errors: [{ pointer: pointers[limit], detail }] });
      }
      return { status: 202, body: { status: "accepted", source, metrics: Object.keys(metrics).length } };
    },
  };
}

const refusals = {
  sources: `at most ${limits.sources} sources are kept, and this would be one more`,
  metricsPerSource: `at most ${limits.metricsPerSource} metric names are kept for a source, and this would be more`,
} as const;

const pointers = { sources: "/source", metricsPerSource: "/metrics" } as const;

function renderTelemetry(statistics: Statistics, sources: readonly SourceReport[]): Reply<"telemetryRead">["body"] {
  const { total, byStatus, accepted, averageProcessingTimeMs, jobSuccessRatio, webhookSuccessRatio } = statistics;
  const { windowSeconds } = limits;
  return {
    jobs: {
      total,
      byStatus: { ...byStatus },
      timeline: { ...accepted },
      performance: {
        averageProcessingTime: formatDuration(averageProcessingTimeMs),
        averageProcessingTimeMs,
        successRate: formatRatio(jobSuccessRatio),
        successRateRatio: jobSuccessRatio,
        windowSeconds,
      },
    },
    queue: {
      health: statistics.queueHealth,
      size: byStatus.pending,
      oldestWaitSeconds: Math.floor(statistics.oldestWaitSeconds),
    },
    webhooks: {
      total: statistics.webhooksTotal,
      successRate: formatRatio(webhookSuccessRatio),
      successRateRatio: webhookSuccessRatio,
      windowSeconds,
    },
    sources: sources.map(({ source, metrics, reportedAt }) => ({
      source,
      metrics: { ...metrics },
      reportedAt: reportedAt.toISOString(),
    })),
  };
}
