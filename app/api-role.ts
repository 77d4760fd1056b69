import type { Express } from "express";
import { runCommand } from "./adapters/command.ts";
import { DatabaseUnavailable } from "./adapters/postgres/errors.ts";
import { createRemediationStore } from "./adapters/postgres/remediation-store.ts";
import { createSessionStore } from "./adapters/postgres/session-store.ts";
import { createTelemetryDesk } from "./adapters/postgres/source-store.ts";
import { createAlertBoard } from "./alerting/alert-board.ts";
import { createAlertDesk } from "./alerting/alert-desk.ts";
import { createRemediation, type RemediationStarter } from "./alerting/remediation.ts";
import { createApi } from "./api/app.ts";
import { createApiKeys } from "./api/auth.ts";
import type { AlertDesk, JobDesk } from "./api/ports.ts";
import type { RenderRunbook } from "./api/runbook.ts";
import { createApiDocs } from "./api-docs/api-docs.ts";
import { limits } from "./catalogue/limits.ts";
import { queueTiming } from "./catalogue/queue.ts";
import { readCommandEnvironment } from "./config.ts";
import { renderDashboardSamples } from "./health/dashboard-samples.ts";
import type { Parts } from "./parts.ts";
import { createDashboardExporter } from "./telemetry/dashboard-exporter.ts";
import type { History } from "./web/history.ts";
import { createStatusPage } from "./web/status-page.ts";

/** What every role answers: whether it lives, and whether it is ready. */
function createProbes({ log, migration, health, state }: Parts) {
  return {
    ready: {
      migrations: migration.obstacle,
      database: () => {
        const { status, reason = "down" } = health.snapshot().services.database;
        return status === "up" ? undefined : reason;
      },
      running: () => (state.stopping ? "shutting down" : undefined),
    },
    log: {
      error: ({ err, method, path }: Readonly<Record<string, unknown>>, message: string) =>
        log("error", `${message}: ${String(method)} ${String(path)}`, err),
    },
  };
}

/** What Alertmanager reports to; with a remediation where its command is configured. */
function createAlerts({ config, database, log, closing }: Parts): AlertDesk {
  const store = createRemediationStore(database);
  const command = config.REMEDIATION_COMFYUI_COMMAND;
  let remediation: RemediationStarter | undefined;
  if (command !== undefined) {
    const env = readCommandEnvironment();
    remediation = createRemediation({
      store,
      run: (signal) =>
        runCommand({
          command,
          env,
          signal,
          timeoutSeconds: limits.remediationTimeoutSeconds,
          outputCharacters: limits.remediationOutputCharacters,
        }),
      timing: { abandonedMs: limits.remediationAbandonedSeconds * 1_000, retryMs: queueTiming.brokenRetryMs },
      log,
    });
    closing.add(remediation.close);
  }
  return createAlertDesk({
    board: createAlertBoard(),
    ...(remediation && { remediation }),
    remediations: store.list,
  });
}

interface ApiRole {
  readonly app: Express;
  /** Before the server is closed, which waits for what is open. */
  endStreams(): Promise<void>;
}

/** The whole API, and the status page; the trace of each accepted job begins with the span `enqueue job`. */
export function createApiRole(
  parts: Parts,
  options: {
    readonly apiKeys: readonly string[];
    readonly alertsToken: string | undefined;
    readonly renderRunbook: RenderRunbook;
    readonly history: Pick<History, "read">;
    /** Where people reach the service. */
    readonly readUrl: () => string;
  },
): ApiRole {
  const { config, telemetry, database, store, health, guard, turnSecrets, version, closing, log } = parts;
  const { tracing, metrics } = telemetry;
  const dashboard = createDashboardExporter({ read: () => renderDashboardSamples(health.snapshot(), new Date()) });
  closing.add(dashboard.close);
  const jobs: JobDesk = {
    ...store,
    accept: (order) =>
      tracing.run("enqueue job", { kind: "producer", attributes: { "job.type": order.input.type } }, () =>
        store.accept({ ...order, carrier: tracing.carrier() }),
      ),
  };
  const sessions = createSessionStore({ database, turnSecrets, turnUrls: config.TURN_URLS });
  const alerts = createAlerts(parts);
  const page = createStatusPage({
    ...{ health, alerts, jobs: store, sessions, version, history: options.history },
    apiKeys: options.apiKeys,
    links: () => ({ service: options.readUrl(), jaeger: config.JAEGER_URL }),
    onError(error) {
      // The page says so itself, and the log has it from the probe.
      if (!(error instanceof DatabaseUnavailable)) log("warn", "the status page lacks a part", error);
    },
  });
  const app = createApi({
    ...createProbes(parts),
    role: "api",
    jobs,
    telemetry: createTelemetryDesk(database),
    sessions,
    health,
    alerts,
    renderRunbook: options.renderRunbook,
    metricsHandler: dashboard.handler,
    record({ webrtcConnectionTimeMs, queueWaitTimeMs }) {
      if (webrtcConnectionTimeMs !== undefined) metrics.webrtcConnectionTime.record(webrtcConnectionTimeMs);
      if (queueWaitTimeMs !== undefined) metrics.queueWaitTime.record(queueWaitTimeMs, { origin: "session" });
    },
    onShed: () => metrics.requestsShed.add(1),
    checkWebhookUrl: guard.check,
    carrier: tracing.carrier,
    apiKeys: createApiKeys(options.apiKeys),
    alertsTokens: createApiKeys(options.alertsToken === undefined ? [] : [options.alertsToken]),
    rateLimit: config.RATE_LIMIT,
    trustProxy: config.TRUST_PROXY,
    version,
    rooms: [page.routes, createApiDocs()],
  });
  return { app, endStreams: page.close };
}

/** A worker answers probes alone. */
export function createProbeApi(parts: Parts): ApiRole {
  return { app: createApi({ ...createProbes(parts), role: "worker" }), endStreams: async () => {} };
}
