import { randomBytes } from "node:crypto";
import { v7 as uuid } from "uuid";
import packageJson from "../package.json" with { type: "json" };
import { createComfyuiClient } from "./adapters/comfyui/client.ts";
import { createTextToImageWorkflow, WorkflowSchema } from "./adapters/comfyui/default-workflow.ts";
import { createDatabase } from "./adapters/postgres/database.ts";
import { createDeliveryStore } from "./adapters/postgres/delivery-store.ts";
import { startEmbeddedPostgres } from "./adapters/postgres/embedded.ts";
import { createJobStore } from "./adapters/postgres/job-store.ts";
import { migrateWhenUp } from "./adapters/postgres/migrate.ts";
import { createOpenEntries } from "./adapters/postgres/open-entries.ts";
import { createOutbox } from "./adapters/postgres/outbox.ts";
import { createRetention } from "./adapters/postgres/retention.ts";
import { createTurnSecrets } from "./adapters/postgres/secrets.ts";
import { createSessionStore } from "./adapters/postgres/session-store.ts";
import { createTelemetryDesk, readSources } from "./adapters/postgres/source-store.ts";
import { readFacts } from "./adapters/postgres/statistics.ts";
import { createWorkerRegistry } from "./adapters/postgres/worker-registry.ts";
import { createQueueBackend } from "./adapters/queue/backend.ts";
import { checkTelegram } from "./adapters/telegram.ts";
import { createTurnSecret } from "./adapters/turn/credentials.ts";
import { createAddressGuard } from "./adapters/webhook/address-guard.ts";
import { renderWebhookEvent } from "./adapters/webhook/event.ts";
import { retryDelayMs } from "./adapters/webhook/retry-delay.ts";
import { createWebhookSecret, readWebhookSecret } from "./adapters/webhook/secret.ts";
import { createWebhookSender } from "./adapters/webhook/sender.ts";
import { createApi } from "./api/app.ts";
import { createApiKeys } from "./api/auth.ts";
import { startHttpServer } from "./api/listen.ts";
import { queueTiming } from "./catalogue/queue.ts";
import { schedules } from "./catalogue/schedules.ts";
import type { Config } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { startDemoRenderer } from "./demo-renderer/server.ts";
import { renderDashboardSamples } from "./health/dashboard-samples.ts";
import { startHealth } from "./health/health.ts";
import { createDeliverer } from "./jobs/deliver.ts";
import { createImageHandler } from "./jobs/image.ts";
import { createRelay } from "./jobs/relay.ts";
import { createScheduled } from "./jobs/scheduled.ts";
import { startJobWorker } from "./jobs/worker.ts";
import { createLog } from "./log.ts";
import { createDashboardExporter } from "./telemetry/dashboard-exporter.ts";
import { createRequestTelemetry } from "./telemetry/http-server.ts";
import { observeGauge } from "./telemetry/instruments.ts";
import { initObservability } from "./telemetry/observability.ts";
import { tracedFetch } from "./telemetry/traced-fetch.ts";

/** Connections of this process to Postgres, beside the queue's own. */
const poolSize = 10;

export interface Service {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  /** What was made because this is the first start: to be shown once. */
  readonly made: { readonly apiKey?: string; readonly webhookSecret?: boolean };
  readonly demo: boolean;
  readonly database: string;
  /** Finishes what is in hand, for `graceMs` at most, and lets go of everything in reverse order. */
  close(graceMs: number): Promise<void>;
}

/** Things that were opened, to be closed in reverse order. One that fails to close does not keep the others open. */
function createClosing(onError: (error: unknown) => void) {
  const steps: ((graceMs: number) => Promise<unknown>)[] = [];
  return {
    add: (step: (graceMs: number) => Promise<unknown>) => void steps.push(step),
    async run(graceMs: number) {
      for (const step of steps.splice(0).reverse()) await step(graceMs).catch(onError);
    },
  };
}

/** Starts the roles that the configuration names. What was opened is closed again when something later fails. */
export async function startService(config: Config): Promise<Service> {
  let telemetry: ReturnType<typeof initObservability> | undefined;
  const log = createLog({
    level: config.LOG_LEVEL,
    service: config.OTEL_SERVICE_NAME,
    tracing: () => telemetry?.tracing,
  });
  const closing = createClosing((error) => log("error", "something did not close", error));
  try {
    telemetry = initObservability(config.OTEL_SERVICE_NAME, { settings: config, log });
    closing.add(telemetry.shutdown);
    return await compose(config, telemetry, log, closing);
  } catch (error) {
    await closing.run(0);
    throw error;
  }
}

async function compose(
  config: Config,
  { tracing, tracer, meter, metrics, prometheusUrl }: ReturnType<typeof initObservability>,
  log: ReturnType<typeof createLog>,
  closing: ReturnType<typeof createClosing>,
): Promise<Service> {
  const apiRole = config.ROLE !== "worker";
  const workerRole = config.ROLE !== "api";
  const { version } = packageJson;

  // The data folder, and what is made in it on the first start.
  const folder = await openDataFolder(config.DATA_DIR);
  closing.add(folder.close);
  const apiKey =
    config.API_KEYS === undefined && apiRole
      ? await folder.readOrMake("api-key", () => `gz_${randomBytes(24).toString("base64url")}`)
      : undefined;
  const webhookSecret =
    config.WEBHOOK_SECRET === undefined
      ? await folder.readOrMake("webhook-secret", createWebhookSecret)
      : { value: config.WEBHOOK_SECRET, made: false };

  // Postgres.
  const embedded = config.DATABASE_URL === undefined ? await startEmbeddedPostgres({ folder: folder.path }) : undefined;
  if (embedded !== undefined) closing.add(embedded.close);
  const databaseUrl = embedded?.url ?? config.DATABASE_URL ?? "";
  const migration = migrateWhenUp({ url: databaseUrl, log });
  closing.add(migration.close);
  const database = createDatabase({
    url: databaseUrl,
    poolSize,
    deadlineMs: queueTiming.deadlineMs,
    available: migration.isDone,
    onError: (error) => log("warn", "a connection to the database broke", error),
  });
  closing.add(database.close);
  if (embedded !== undefined) await migration.done;

  // The queue, and the relay that fills it from the outbox.
  const queue = createQueueBackend({ url: config.QUEUE_URL ?? databaseUrl, log });
  closing.add(queue.close);
  const relay = createRelay({
    outbox: createOutbox(database),
    entries: createOpenEntries(database),
    queue,
    timing: { ...queueTiming, pollMs: queueTiming.outboxPollMs, batch: queueTiming.outboxBatch },
    log,
  });
  closing.add(relay.close);

  // ComfyUI.
  const demo = config.COMFYUI_URL === undefined ? await startDemoRenderer() : undefined;
  if (demo !== undefined) closing.add(demo.close);
  const traced = tracedFetch(tracing, fetch);
  const comfyui = createComfyuiClient({
    url: config.COMFYUI_URL ?? demo?.url ?? "",
    // Background probes belong to no trace, and shall not each begin one.
    fetch: (input, init) => (tracing.traceId() === undefined ? fetch : traced)(input, init),
    log,
  });
  closing.add(comfyui.close);

  const store = createJobStore({ database, renderEvent: renderWebhookEvent, onOutbox: relay.poke });
  const guard = createAddressGuard({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE });
  const turnSecrets = createTurnSecrets(database);
  const health = startHealth({
    readFacts: () => readFacts(database),
    readSources: () => readSources(database),
    readDepth: queue.depth,
    probeComfyui: comfyui.probe,
  });
  closing.add(health.close);
  observeGauge(meter, "queue_depth", function* () {
    for (const [name, depth] of health.depths()) {
      for (const state of ["waiting", "active", "delayed", "failed"] as const)
        yield { value: depth[state], labels: { queue: name, state } };
    }
  });

  if (workerRole) {
    const sender = createWebhookSender({ secret: readWebhookSecret(webhookSecret.value), guard, version });
    closing.add(sender.close);
    const deliver = createDeliverer({
      store: createDeliveryStore(database),
      send: sender.send,
      retryDelayMs,
      tracing,
    });
    const deliveries = queue.work("webhooks", { concurrency: config.WORKER_CONCURRENCY, handle: deliver });
    closing.add(deliveries.close);
    const worker = startJobWorker({
      store,
      queue,
      handlers: {
        image: createImageHandler({
          renderer: comfyui,
          createWorkflow: createTextToImageWorkflow,
          readWorkflow: (value) => WorkflowSchema.parse(value),
        }),
      },
      registry: createWorkerRegistry(database, uuid()),
      concurrency: config.WORKER_CONCURRENCY,
      tracing,
      metrics: {
        queueWait: (ms, labels) => metrics.queueWaitTime.record(ms, labels),
        processing: (ms, labels) => metrics.jobProcessingTime.record(ms, labels),
      },
      log,
    });
    closing.add(worker.close);
    const retention = createRetention(database);
    const scheduled = await tracing.run("scheduler.init", {}, async () =>
      queue.schedule(
        schedules,
        createScheduled({
          tracing,
          log,
          work: {
            turn_rotation: async () => {
              await turnSecrets.rotate(createTurnSecret());
              return "a new TURN secret is in use";
            },
            session_cleanup: async () => `${await retention.cleanSessions()} expired sessions forgotten`,
            retention: async () => `${await retention.prune()} old jobs pruned`,
          },
        }),
      ),
    );
    closing.add(scheduled.close);
  }

  void tracing.run("telegram.init", {}, async () => {
    const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId } = config;
    tracing.annotate({ "telegram.configured": token !== undefined });
    if (token === undefined || chatId === undefined) return;
    const refusal = await checkTelegram({ token, chatId });
    if (refusal !== undefined) log("warn", `Telegram would not take notifications: ${refusal}`);
  });

  // The API, or in the role worker its probes alone.
  let stopping = false;
  const probes = {
    ready: {
      migrations: () => (migration.isDone() ? undefined : "waiting for the database"),
      database: () => {
        const { status, reason = "down" } = health.snapshot().services.database;
        return status === "up" ? undefined : reason;
      },
      running: () => (stopping ? "shutting down" : undefined),
    },
    requestTelemetry: createRequestTelemetry({ tracer, metrics }),
    log: {
      error: (fields: Readonly<Record<string, unknown>>, message: string) => log("error", message, fields["err"]),
    },
  };
  const dashboard = createDashboardExporter({ read: () => renderDashboardSamples(health.snapshot(), new Date()) });
  closing.add(dashboard.close);
  const app = apiRole
    ? createApi({
        ...probes,
        role: "api",
        jobs: {
          ...store,
          accept: (order) =>
            tracing.run("enqueue job", { kind: "producer", attributes: { "job.type": order.input.type } }, () =>
              store.accept({ ...order, carrier: tracing.carrier() }),
            ),
        },
        telemetry: createTelemetryDesk(database),
        sessions: createSessionStore({ database, turnSecrets, turnUrls: config.TURN_URLS }),
        health,
        metricsHandler: dashboard.handler,
        record: ({ webrtcConnectionTimeMs, queueWaitTimeMs }) => {
          if (webrtcConnectionTimeMs !== undefined) metrics.webrtcConnectionTime.record(webrtcConnectionTimeMs);
          if (queueWaitTimeMs !== undefined) metrics.queueWaitTime.record(queueWaitTimeMs, { origin: "session" });
        },
        checkWebhookUrl: guard.check,
        carrier: tracing.carrier,
        apiKeys: createApiKeys(config.API_KEYS ?? [apiKey?.value ?? ""]),
        rateLimit: config.RATE_LIMIT,
        trustProxy: config.TRUST_PROXY,
        version,
      })
    : createApi({ ...probes, role: "worker" });
  await health.first;
  const server = await startHttpServer({ app, host: config.HOST, port: config.PORT });
  closing.add(server.close);

  return {
    url: server.url,
    metricsUrl: await prometheusUrl,
    made: { ...(apiKey?.made && { apiKey: apiKey.value }), webhookSecret: webhookSecret.made },
    demo: demo !== undefined,
    database: embedded === undefined ? "Postgres as set" : `embedded Postgres ${embedded.version}`,
    close(graceMs) {
      stopping = true;
      return closing.run(graceMs);
    },
  };
}
