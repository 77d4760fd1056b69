import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { notifications } from "../../../app/catalogue/notifications.ts";
import { scale, type TreeCopy } from "../../tree-copy.ts";
import { startChannels } from "../channels/channels.ts";
import { startHeartbeat } from "../channels/heartbeat.ts";
import { startDemoProcess } from "../demo-process.ts";
import { eventually } from "../eventually.ts";
import { startLatencyProxy } from "../latency-proxy.ts";
import { findFreePort, makeFolder, startPostgres } from "../programs.ts";
import { requireRedis, through } from "../redis-behind-proxy.ts";
import { startServiceProcess, webhookSecret } from "../service-process.ts";
import { startWebhookReceiver } from "../webhook-receiver.ts";

/** How many jobs are posted at a time: a queue that grows slowly is another fault on its way. */
const atOnce = 10;
/** How many jobs the worker has in hand at a time. */
export const hands = 4;
const visitPauseMs = 125;

const JobsSchema = z.object({ jobs: z.array(z.object({ id: z.uuid() })) });
const BoardSchema = z.object({
  watchdog: z.object({ alive: z.boolean() }),
  alerts: z.array(z.object({ name: z.string() })),
  // Not known while the database is down.
  remediations: z
    .array(
      z.object({
        startedAt: z.iso.datetime().transform((text) => new Date(text)),
        outcome: z.string().nullable(),
        reason: z.string().nullable(),
        output: z.string(),
      }),
    )
    .nullable(),
});
const HealthSchema = z.object({ statistics: z.object({ pending: z.int() }) });

/** Somebody who looks at the service all the time: most requests are those of an ordinary day. */
function startVisitor(api: { get(path: string): Promise<Response> }) {
  const going = new AbortController();
  const visits = (async () => {
    while (!going.signal.aborted) {
      await api.get("/api/ping").catch(() => {
        // The service is away for a moment; the visitor comes back.
      });
      await delay(visitPauseMs);
    }
  })();
  return {
    async close() {
      going.abort();
      await visits;
    },
  };
}

type Closable = { close(): Promise<unknown> };

/**
 * Everything that stands between a fault and a person: the service as `npm start` runs it, with its own Prometheus and
 * Alertmanager, and a worker of its own; real Postgres and Redis; stand-ins for ComfyUI, for customers and for the
 * channels. The sources are a copy whose times are scaled. `settings` are further ones of the API.
 */
export async function startStack(tree: TreeCopy, settings: Readonly<Record<string, string>> = {}) {
  const opened: Closable[] = [];
  async function keep<T extends Closable>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    opened.push(started);
    return started;
  }
  async function close(): Promise<void> {
    for (const each of opened.reverse()) await each.close();
  }

  try {
    const beatMs = notifications.heartbeat.intervalSeconds * scale * 1_000;
    const channels = await keep(startChannels());
    const heartbeat = await keep(startHeartbeat({ periodMs: beatMs * 1.5, graceMs: beatMs }));
    const postgres = await keep(startPostgres());
    const latency = await keep(startLatencyProxy(postgres));
    const redis = await keep(requireRedis());
    const demo = await keep(startDemoProcess({ stepMs: 5 }));
    const receiver = await keep(startWebhookReceiver(webhookSecret));
    const gone = await keep(startWebhookReceiver(webhookSecret, { answer: () => 410 }));
    const [prometheusPort, alertmanagerPort, workerMetrics] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const data = await keep(makeFolder());
    const shared = {
      DATABASE_URL: through(postgres.url, latency),
      QUEUE_URL: redis.url,
      COMFYUI_URL: demo.url,
      WORKER_CONCURRENCY: String(hands),
    };
    const worker = await keep(
      startServiceProcess(
        { ...shared, ROLE: "worker", OTEL_EXPORTER_PROMETHEUS_PORT: String(workerMetrics) },
        { root: tree.path },
      ),
    );
    const api = await keep(
      startServiceProcess(
        {
          ...shared,
          ROLE: "api",
          DATA_DIR: data.path,
          START_MONITORING: "true",
          PROMETHEUS_PORT: String(prometheusPort),
          ALERTMANAGER_PORT: String(alertmanagerPort),
          WORKER_METRICS: `127.0.0.1:${workerMetrics}`,
          SLACK_WEBHOOK_URL: channels.slack.url,
          TELEGRAM_BOT_TOKEN: channels.telegram.token,
          TELEGRAM_CHAT_ID: String(channels.telegram.chatId),
          TELEGRAM_API_URL: channels.telegram.url,
          DISCORD_WEBHOOK_URL: channels.discord.url,
          SMTP_URL: channels.email.url,
          ALERT_EMAIL_TO: "lookout@example.com",
          DEADMAN_URL: heartbeat.url,
          ...settings,
        },
        { root: tree.path },
      ),
    );
    await keep(Promise.resolve(startVisitor(api)));
    // The first Watchdog has come all the way: from now on faults are noticed.
    await heartbeat.until("up", 60_000).catch((cause) => {
      throw new Error(`no Watchdog has come; the service said:\n${api.output()}`, { cause });
    });

    return {
      ...{ channels, heartbeat, postgres, latency, redis, demo, receiver, gone, worker, api },
      prometheusUrl: `http://127.0.0.1:${prometheusPort}`,
      /** Gone at once, as by the kernel's hand. */
      async killAlertmanager(): Promise<void> {
        const pidFile = await readFile(join(data.path, "alertmanager/pid"), "utf8");
        process.kill(Number.parseInt(pidFile, 10), "SIGKILL");
      },
      /** What the product itself knows of its alerts. */
      board: async () => BoardSchema.parse(await (await api.get("/api/alerts")).json()),
      /** Has jobs accepted. */
      async submit(count: number, order: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<void> {
        const body = { type: "image", prompt: "a lighthouse", ...order };
        const post = async () => {
          const response = await api.post("/api/jobs", body, headers);
          if (response.status !== 202)
            throw new Error(`a job was answered with ${response.status}: ${await response.text()}`);
        };
        for (let left = count; left > 0; left -= atOnce)
          await Promise.all(Array.from({ length: Math.min(left, atOnce) }, post));
      },
      /** Cancels every job that has not ended. */
      async cancelOpen(): Promise<void> {
        for (const status of ["pending", "processing"]) {
          const { jobs } = JobsSchema.parse(await (await api.get(`/api/jobs?status=${status}&limit=200`)).json());
          for (let done = 0; done < jobs.length; done += atOnce)
            await Promise.all(
              jobs.slice(done, done + atOnce).map(({ id }) => api.post(`/api/jobs/${id}/cancel`, undefined)),
            );
        }
      },
      /** Until nothing waits. */
      drained: () =>
        eventually(async () => {
          const { pending } = HealthSchema.parse(await (await api.get("/api/health")).json()).statistics;
          if (pending > 0) throw new Error(`${pending} jobs are pending`);
        }, 60_000),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export type Stack = Awaited<ReturnType<typeof startStack>>;
