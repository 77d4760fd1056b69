import type { Links } from "../alerts/alert-rules.ts";
import { createLiveRunbooks } from "../alerts/live-runbooks.ts";
import packageJson from "../package.json" with { type: "json" };
import { readServerVersion } from "./adapters/postgres/database.ts";
import { checkTelegram } from "./adapters/telegram.ts";
import { checkPort, startHttpServer } from "./api/listen.ts";
import { createApiRole, createProbeApi } from "./api-role.ts";
import { type Closing, createClosing } from "./closing.ts";
import type { Config } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { createLog, type Log } from "./log.ts";
import { openParts } from "./open-parts.ts";
import { readOwnSecrets } from "./own-secrets.ts";
import { createPageHistory } from "./page-history.ts";
import { isStream, readBudgetMs } from "./request-budgets.ts";
import { describeService, untilUp } from "./start/service-rows.ts";
import type { StartRow } from "./start/start-row.ts";
import { createSteps, type Steps } from "./start/steps.ts";
import { expressMessages } from "./telemetry/express-messages.ts";
import { instrumentApp } from "./telemetry/http-server.ts";
import { initObservability, type Observability } from "./telemetry/observability.ts";
import { PerformanceProfiler } from "./telemetry/profiler.ts";
import { startWorkerRole } from "./worker-role.ts";

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
  const { tracing, metrics } = telemetry;
  const profiler = new PerformanceProfiler(
    config.ENABLE_PROFILING ? { histogram: metrics.profilerMeasureDuration } : {},
  );
  profiler.mark("start");

  const folder = await openDataFolder(config.DATA_DIR, { alone: config.DATABASE_URL === undefined });
  closing.add(folder.close);
  const { apiKeys, alertsToken, webhookSecret, made } = await readOwnSecrets(config, folder);
  await checkPort(config.HOST, config.PORT);
  const { parts, databaseUrl, comfyuiUrl, demo } = await openParts({
    ...{ config, telemetry, profiler, log, steps, closing, ownReceiver },
    dataFolder: folder.path,
  });
  const { database, health } = parts;
  if (config.ROLE !== "api") await startWorkerRole(parts, webhookSecret);
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
    made,
    alertsToken,
    apiKey: apiKeys[0],
    async describe() {
      await untilUp(() => health.snapshot().services);
      return describeService({
        url: server.url,
        version: packageJson.version,
        metricsUrl,
        databaseUrl,
        databaseVersion: await readServerVersion(database),
        queueUrl: config.QUEUE_URL ?? databaseUrl,
        comfyuiUrl,
        services: health.snapshot().services,
        steps,
      });
    },
    demo,
    log,
    learnLinks(links) {
      runbooks.learn(links);
      history?.learn(links);
    },
    close(graceMs) {
      parts.state.stopping = true;
      return closing.run(graceMs);
    },
  };
}
