import type { Links } from "../alerts/alert-rules.ts";
import { createLiveRunbooks } from "../alerts/live-runbooks.ts";
import packageJson from "../package.json" with { type: "json" };
import { createComfyuiClient } from "./adapters/comfyui/client.ts";
import { createDatabase, readServerVersion } from "./adapters/postgres/database.ts";
import { startEmbeddedPostgres } from "./adapters/postgres/embedded.ts";
import { createJobStore } from "./adapters/postgres/job-store.ts";
import { migrateWhenUp } from "./adapters/postgres/migrate.ts";
import { createOpenEntries } from "./adapters/postgres/open-entries.ts";
import { createOutbox } from "./adapters/postgres/outbox.ts";
import { readRemediationFacts } from "./adapters/postgres/remediation-store.ts";
import { createTurnSecrets } from "./adapters/postgres/secrets.ts";
import { readSources } from "./adapters/postgres/source-store.ts";
import { readFacts } from "./adapters/postgres/statistics.ts";
import { createQueueBackend } from "./adapters/queue/backend.ts";
import { checkTelegram } from "./adapters/telegram.ts";
import { createAddressGuard } from "./adapters/webhook/address-guard.ts";
import { renderWebhookEvent } from "./adapters/webhook/event.ts";
import { createWebhookSecret } from "./adapters/webhook/secret.ts";
import { checkPort, startHttpServer } from "./api/listen.ts";
import { createApiRole, createProbeApi } from "./api-role.ts";
import { queueTiming } from "./catalogue/queue.ts";
import { type Closing, createClosing } from "./closing.ts";
import type { Config } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { startDemoRenderer } from "./demo-renderer/server.ts";
import { startHealth } from "./health/health.ts";
import { createRelay } from "./jobs/relay.ts";
import { createLog, type Log } from "./log.ts";
import { createAlertsToken, createApiKey } from "./new-secrets.ts";
import { createPageHistory } from "./page-history.ts";
import type { Parts } from "./parts.ts";
import { isStream, readBudgetMs } from "./request-budgets.ts";
import { describeService, untilUp } from "./start/service-rows.ts";
import type { StartRow } from "./start/start-row.ts";
import { createSteps, type Steps } from "./start/steps.ts";
import { expressMessages } from "./telemetry/express-messages.ts";
import { instrumentApp } from "./telemetry/http-server.ts";
import { observeGauge } from "./telemetry/instruments.ts";
import { initObservability, type Observability } from "./telemetry/observability.ts";
import { observeProcess } from "./telemetry/process-metrics.ts";
import { PerformanceProfiler } from "./telemetry/profiler.ts";
import { tracedFetch } from "./telemetry/traced-fetch.ts";
import { startWorkerRole } from "./worker-role.ts";

/** Connections of this process to Postgres, beside the queue's own. */
const poolSize = 10;

export interface Service {
  readonly url: string;
  /** Where the OpenTelemetry metrics are; undefined when their port could not be had. */
  readonly metricsUrl: string | undefined;
  /** What was made because this is the first start. The key is to be shown once. */
  readonly made: { readonly apiKey?: string; readonly webhookSecret: boolean };
  /** The bearer token with which Alertmanager reports; undefined in the role `worker`, which takes no reports. */
  readonly alertsToken: string | undefined;
  /** A key that the API takes, for what we start ourselves; undefined in the role `worker`. */
  readonly apiKey: string | undefined;
  /** What was started and what is used, as it is now. */
  describe(): Promise<readonly StartRow[]>;
  /** Whether ComfyUI is the demo renderer. */
  readonly demo: boolean;
  readonly log: Log;
  /** What is known only after the start: from now on the runbooks lead there. */
  learnLinks(links: Partial<Links>): void;
  /** Finishes what is in hand, for `graceMs` at most a part, and lets go of everything in reverse order. */
  close(graceMs: number): Promise<void>;
}

interface StartOptions {
  /** Told of each step as it begins. */
  readonly steps?: Steps;
  /** Takes the lines of the log; standard output when left out. */
  readonly logTo?: { write(line: string): void } | undefined;
  /** An origin of our own on this machine that webhooks may go to, whatever the settings say. */
  readonly ownReceiver?: string | undefined;
}

/** Starts the roles that the configuration names. What was opened is closed again when something later fails. */
export async function startService(config: Config, options: StartOptions = {}): Promise<Service> {
  let telemetry: Observability | undefined;
  const log = createLog({
    level: config.LOG_LEVEL,
    service: config.OTEL_SERVICE_NAME,
    tracing: () => telemetry?.tracing,
    ...(options.logTo && { destination: options.logTo }),
  });
  const closing = createClosing((error) => log("error", "something did not close", error));
  try {
    telemetry = initObservability(config.OTEL_SERVICE_NAME, { settings: config, log });
    closing.add(telemetry.shutdown);
    return await compose(config, options, telemetry, log, closing);
  } catch (error) {
    await closing.run(0);
    throw error;
  }
}

async function compose(
  config: Config,
  { steps = createSteps(), ownReceiver }: StartOptions,
  telemetry: Observability,
  log: Log,
  closing: Closing,
): Promise<Service> {
  const { tracing, meter, metrics } = telemetry;
  const { version } = packageJson;
  const state = { stopping: false };
  const profiler = new PerformanceProfiler(
    config.ENABLE_PROFILING ? { histogram: metrics.profilerMeasureDuration } : {},
  );
  profiler.mark("start");

  const folder = await openDataFolder(config.DATA_DIR, { alone: config.DATABASE_URL === undefined });
  closing.add(folder.close);
  const { apiKeys, madeApiKey } = await readApiKeys();
  const alertsToken = await readAlertsToken();
  const webhookSecret =
    config.WEBHOOK_SECRET === undefined
      ? await folder.readOrMake("webhook-secret", createWebhookSecret)
      : { value: config.WEBHOOK_SECRET, made: false };

  async function readApiKeys() {
    if (config.API_KEYS !== undefined) return { apiKeys: config.API_KEYS };
    if (config.ROLE === "worker") return { apiKeys: [] };
    const { value, made } = await folder.readOrMake("api-key", createApiKey);
    return { apiKeys: [value], ...(made && { madeApiKey: value }) };
  }

  async function readAlertsToken(): Promise<string | undefined> {
    if (config.ROLE === "worker") return undefined;
    if (config.ALERTS_TOKEN !== undefined) return config.ALERTS_TOKEN;
    return (await folder.readOrMake("alerts-token", createAlertsToken)).value;
  }

  await checkPort(config.HOST, config.PORT);
  const embedded =
    config.DATABASE_URL === undefined
      ? await steps.run("Postgres", () => startEmbeddedPostgres({ folder: folder.path }))
      : undefined;
  if (embedded !== undefined) closing.add(embedded.close);
  const databaseUrl = embedded?.url ?? config.DATABASE_URL ?? "";
  const migration = migrateWhenUp({ url: databaseUrl, log });
  closing.add(migration.close);
  await steps.run("the database's schema", () => migration.tried);
  profiler.measure("start.database", "start");
  const database = createDatabase({
    url: databaseUrl,
    poolSize,
    deadlineMs: queueTiming.deadlineMs,
    available: migration.isDone,
    call: tracing.call,
    onError: (error) => log("warn", "an idle connection to the database broke", error),
  });
  closing.add(database.close);

  const queue = createQueueBackend({ url: config.QUEUE_URL ?? databaseUrl, log });
  closing.add(queue.close);
  const relay = createRelay({
    outbox: createOutbox(database),
    entries: createOpenEntries(database),
    queue,
    tracing,
    timing: { ...queueTiming, pollMs: queueTiming.outboxPollMs, batch: queueTiming.outboxBatch },
    log,
  });
  closing.add(relay.close);

  const demo =
    config.COMFYUI_URL === undefined ? await steps.run("the demo renderer", () => startDemoRenderer()) : undefined;
  if (demo !== undefined) closing.add(demo.close);
  const comfyui = createComfyuiClient({
    url: config.COMFYUI_URL ?? demo?.url ?? "",
    fetch: tracedFetch(tracing, fetch),
    log,
  });
  closing.add(comfyui.close);

  const health = startHealth({
    readFacts: async () => ({
      ...(await readFacts(database)),
      ...(await readRemediationFacts(database, { configured: config.REMEDIATION_COMFYUI_COMMAND !== undefined })),
    }),
    readSources: () => readSources(database),
    readDepth: queue.depth,
    probeComfyui: comfyui.probe,
  });
  closing.add(health.close);
  const depthGauge = observeGauge(meter, "queue_depth", health.depthSamples);
  closing.add(async () => depthGauge.close());
  const processGauges = observeProcess(meter);
  closing.add(async () => processGauges.close());

  const parts: Parts = {
    ...{ config, version, log, telemetry, migration, database, queue, comfyui, health, state, closing },
    store: createJobStore({ database, renderEvent: renderWebhookEvent, onOutbox: relay.poke }),
    guard: createAddressGuard({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE, own: ownReceiver }),
    turnSecrets: createTurnSecrets(database),
  };
  if (config.ROLE !== "api") await startWorkerRole(parts, webhookSecret.value);
  // Nobody waits for Telegram.
  const telegram = tracing.run("telegram.init", {}, async () => {
    const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId, TELEGRAM_API_URL: baseUrl } = config;
    tracing.annotate({ "telegram.configured": token !== undefined });
    if (token === undefined || chatId === undefined) return;
    const refusal = await checkTelegram({ token, chatId, baseUrl });
    if (refusal !== undefined) log("warn", `Telegram would not take notifications: ${refusal}`);
  });
  closing.add(() => telegram);
  const runbooks = createLiveRunbooks();
  const history = config.ROLE === "worker" ? undefined : createPageHistory(parts);
  if (history !== undefined) closing.add(history.close);
  let publicUrl = config.PUBLIC_URL ?? "";
  const { app, endStreams } =
    history === undefined
      ? createProbeApi(parts)
      : createApiRole(parts, {
          ...{ apiKeys, alertsToken, history },
          renderRunbook: runbooks.render,
          readUrl: () => publicUrl,
        });

  // The first requests shall find a snapshot, and not the time before it.
  profiler.mark("probes");
  await steps.run("the first probes", () => health.first);
  profiler.measure("start.probes", "probes");
  const server = await steps.run("the API", () =>
    startHttpServer({
      app: instrumentApp(app, { ...telemetry, slowerThanMs: readBudgetMs, ignore: isStream }),
      messages: expressMessages(app),
      host: config.HOST,
      port: config.PORT,
    }),
  );
  closing.add(server.close);
  // Before the server, which waits for them.
  closing.add(endStreams);
  publicUrl = config.PUBLIC_URL ?? server.url;
  folder.tellAddress(server.url);
  const metricsUrl = await telemetry.prometheusUrl;
  runbooks.learn({
    service: publicUrl,
    grafana: config.GRAFANA_URL,
    dataFolder: config.DATA_DIR,
    dashboardMetrics: `${server.url}/metrics`,
    ...(metricsUrl !== undefined && { otelMetrics: metricsUrl }),
  });
  profiler.measure("start", "start");
  if (config.ENABLE_PROFILING) {
    for (const { name, maxMs } of profiler.getBottlenecks()) log("info", `${name} took ${Math.round(maxMs)} ms`);
  }

  return {
    url: server.url,
    metricsUrl,
    made: { ...(madeApiKey !== undefined && { apiKey: madeApiKey }), webhookSecret: webhookSecret.made },
    alertsToken,
    apiKey: apiKeys[0],
    async describe() {
      await untilUp(() => health.snapshot().services);
      return describeService({
        url: server.url,
        version,
        metricsUrl,
        databaseUrl,
        databaseVersion: await readServerVersion(database),
        queueUrl: config.QUEUE_URL ?? databaseUrl,
        comfyuiUrl: config.COMFYUI_URL ?? demo?.url ?? "",
        services: health.snapshot().services,
        steps,
      });
    },
    demo: demo !== undefined,
    log,
    learnLinks(links) {
      runbooks.learn(links);
      history?.learn(links);
    },
    close(graceMs) {
      state.stopping = true;
      return closing.run(graceMs);
    },
  };
}
