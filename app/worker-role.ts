import { v7 as uuid } from "uuid";
import { createTextToImageWorkflow, WorkflowSchema } from "./adapters/comfyui/default-workflow.ts";
import { createDeliveryStore } from "./adapters/postgres/delivery-store.ts";
import { createRetention } from "./adapters/postgres/retention.ts";
import { createWorkerRegistry } from "./adapters/postgres/worker-registry.ts";
import { publishTurnSecrets } from "./adapters/redis/turn-secrets.ts";
import { createTurnSecret } from "./adapters/turn/credentials.ts";
import { retryDelayMs } from "./adapters/webhook/retry-delay.ts";
import { readWebhookSecret } from "./adapters/webhook/secret.ts";
import { createWebhookSender } from "./adapters/webhook/sender.ts";
import { schedules } from "./catalogue/schedules.ts";
import { createDeliverer } from "./jobs/deliver.ts";
import { createImageHandler } from "./jobs/image.ts";
import { createScheduled } from "./jobs/scheduled.ts";
import { startJobWorker } from "./jobs/worker.ts";
import type { Parts } from "./parts.ts";

/** What a worker does: jobs, webhooks and scheduled jobs. */
export async function startWorkerRole(parts: Parts, webhookSecret: string): Promise<void> {
  const { config, log, telemetry, database, queue, store, comfyui, health, guard, turnSecrets, version, closing } =
    parts;
  const { tracing, metrics } = telemetry;
  const concurrency = config.WORKER_CONCURRENCY;

  const sender = createWebhookSender({ secret: readWebhookSecret(webhookSecret), guard, version });
  closing.add(sender.close);
  const deliver = createDeliverer({
    store: createDeliveryStore(database),
    send: sender.send,
    retryDelayMs,
    tracing,
    metrics: { ended: (labels) => metrics.webhookDeliveries.add(1, labels) },
  });
  closing.add(queue.work("webhooks", { concurrency, handle: deliver }).close);

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
    ready: () => health.snapshot().services.comfyui.status === "up",
    concurrency,
    tracing,
    metrics: {
      queueWait: (ms, labels) => metrics.queueWaitTime.record(ms, labels),
      processing: (ms, labels) => metrics.jobProcessingTime.record(ms, labels),
    },
    log,
  });
  closing.add(worker.close);

  const retention = createRetention(database);
  const redisUrl = config.QUEUE_URL?.startsWith("redis") ? config.QUEUE_URL : undefined;
  /** Where there is a Redis, a TURN server finds the secrets in it. Never rejects: a rotation is not to be repeated for it. */
  async function publishSecrets(): Promise<void> {
    if (redisUrl === undefined) return;
    try {
      const secrets = await turnSecrets.all();
      if (Object.keys(secrets).length > 0) await publishTurnSecrets(redisUrl, secrets);
    } catch (error) {
      log("warn", "the TURN secrets did not reach Redis, and are sent again with the next session_cleanup", error);
    }
  }
  const runScheduled = createScheduled({
    tracing,
    log,
    work: {
      turn_rotation: async () => {
        await turnSecrets.rotate(createTurnSecret());
        await publishSecrets();
        return "a new TURN secret is in use";
      },
      session_cleanup: async () => {
        await publishSecrets();
        return `${await retention.cleanSessions()} expired sessions forgotten`;
      },
      retention: async () => `${await retention.prune()} old jobs pruned`,
    },
  });
  const scheduler = await tracing.run("scheduler.init", {}, async () => queue.schedule(schedules, runScheduled));
  closing.add(scheduler.close);
}
