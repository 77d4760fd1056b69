import packageJson from "../package.json" with { type: "json" };
import { createComfyuiClient } from "./adapters/comfyui/client.ts";
import { createDatabase } from "./adapters/postgres/database.ts";
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
import { createAddressGuard } from "./adapters/webhook/address-guard.ts";
import { renderWebhookEvent } from "./adapters/webhook/event.ts";
import { queueTiming } from "./catalogue/queue.ts";
import type { Closing } from "./closing.ts";
import type { Config } from "./config.ts";
import { startDemoRenderer } from "./demo-renderer/server.ts";
import { startHealth } from "./health/health.ts";
import { createRelay } from "./jobs/relay.ts";
import type { Log } from "./log.ts";
import type { Parts } from "./parts.ts";
import type { Steps } from "./start/steps.ts";
import { observeGauge } from "./telemetry/instruments.ts";
import type { Observability } from "./telemetry/observability.ts";
import { observeProcess } from "./telemetry/process-metrics.ts";
import type { PerformanceProfiler } from "./telemetry/profiler.ts";
import { tracedFetch } from "./telemetry/traced-fetch.ts";

/** Connections of this process to Postgres, beside the queue's own. */
const poolSize = 10;

export interface OpenedParts {
  readonly parts: Parts;
  readonly databaseUrl: string;
  readonly comfyuiUrl: string;
  /** Whether ComfyUI is the demo renderer. */
  readonly demo: boolean;
}

/**
 * Opens what both roles are made of, and starts what the settings name nothing for: an embedded Postgres, the demo renderer.
 * What is opened goes to `closing` at once.
 */
export async function openParts(options: {
  readonly config: Config;
  /** The folder of an embedded database. */
  readonly dataFolder: string;
  readonly telemetry: Observability;
  readonly profiler: PerformanceProfiler;
  readonly log: Log;
  readonly steps: Steps;
  readonly closing: Closing;
  readonly ownReceiver: string | undefined;
}): Promise<OpenedParts> {
  const { config, dataFolder, telemetry, profiler, log, steps, closing, ownReceiver } = options;
  const { tracing, meter } = telemetry;
  const embedded =
    config.DATABASE_URL === undefined
      ? await steps.run("Postgres", () => startEmbeddedPostgres({ folder: dataFolder }))
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
  const comfyuiUrl = config.COMFYUI_URL ?? demo?.url ?? "";
  const comfyui = createComfyuiClient({
    url: comfyuiUrl,
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
    ...{ config, log, telemetry, migration, database, queue, comfyui, health, closing },
    version: packageJson.version,
    state: { stopping: false },
    store: createJobStore({ database, renderEvent: renderWebhookEvent, onOutbox: relay.poke }),
    guard: createAddressGuard({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE, own: ownReceiver }),
    turnSecrets: createTurnSecrets(database),
  };
  return { parts, databaseUrl, comfyuiUrl, demo: demo !== undefined };
}
