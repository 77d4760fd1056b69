import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../app/adapters/postgres/embedded.ts";
import { createWebhookSecret } from "../../app/adapters/webhook/secret.ts";
import { readCommandEnvironment } from "../../app/config.ts";
import { type DemoRenderer, startDemoRenderer } from "../../app/demo-renderer/server.ts";
import { createApiKey } from "../../app/new-secrets.ts";
import { type LatencyProxy, startLatencyProxy } from "../e2e/latency-proxy.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../e2e/webhook-receiver.ts";
import { copyScaledTree } from "../tree-copy.ts";
import { createDemoClient, type DemoClient, visit } from "./client.ts";
import { startDemoService } from "./service-process.ts";

/** So long takes a step of the renderer: a picture takes half a second. */
const stepMs = 20;

/** Everything that the tour is about, and what it makes faults with. */
export interface Stage {
  readonly url: string;
  readonly apiKey: string;
  readonly client: DemoClient;
  readonly renderer: DemoRenderer;
  readonly receiver: WebhookReceiver;
  /** What the database's answers go through. */
  readonly latency: LatencyProxy;
  /** Stops and removes all of it. */
  close(): Promise<void>;
}

/**
 * Starts a service in a temporary folder, from a copy of the sources whose times are scaled, on a database of its own that
 * can be made slow, with a renderer that can be made to fail.
 * @param options.doing is told what is started
 * @throws Obstacle when the port cannot be had; the signal's reason when that aborts. Nothing is left then.
 */
export async function setStage(options: {
  readonly port: number;
  readonly timeScale: number;
  readonly monitoring: boolean;
  readonly doing: (title: string) => void;
  readonly signal: AbortSignal;
}): Promise<Stage> {
  const { doing, signal } = options;
  const closers: (() => Promise<unknown>)[] = [];
  async function close(): Promise<void> {
    for (const step of closers.splice(0).reverse()) await step();
  }
  async function keep<T extends { close(): Promise<unknown> }>(title: string, start: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    doing(title);
    const started = await start();
    closers.push(() => started.close());
    return started;
  }

  try {
    const folder = await mkdtemp(join(tmpdir(), "gozcu-demo-"));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const tree = await keep("a copy with faster times", () => copyScaledTree([], options.timeScale));
    const postgres = await keep("Postgres", () => startEmbeddedPostgres({ folder }));
    const databaseUrl = new URL(postgres.url);
    const latency = await keep("its line", () => startLatencyProxy({ port: Number(databaseUrl.port) }));
    databaseUrl.port = String(latency.port);
    const renderer = await keep("the demo renderer", () => startDemoRenderer({ stepMs }));
    const secret = createWebhookSecret();
    const receiver = await keep("a webhook receiver", () => startWebhookReceiver(secret));
    const apiKey = createApiKey();
    const service = await keep("the service", () =>
      startDemoService({
        tree: tree.path,
        folder,
        env: {
          ...readCommandEnvironment(),
          // What libraries leave behind goes with the rest.
          TMPDIR: folder,
          NODE_ENV: "production",
          PORT: String(options.port),
          DATA_DIR: join(folder, "data"),
          DATABASE_URL: databaseUrl.href,
          COMFYUI_URL: renderer.url,
          API_KEYS: apiKey,
          ALERTS_TOKEN: randomBytes(24).toString("base64url"),
          WEBHOOK_SECRET: secret,
          // The receiver is on this machine.
          WEBHOOK_ALLOW_PRIVATE: "true",
          // The narrator looks more often than is documented for a client.
          RATE_LIMIT: "off",
          LOG_LEVEL: "info",
          OTEL_EXPORTER_PROMETHEUS_PORT: "0",
          START_MONITORING: String(options.monitoring),
          PROMETHEUS_PORT: "0",
          ALERTMANAGER_PORT: "0",
        },
        signal,
      }),
    );
    const { url } = service;
    const visiting = new AbortController();
    const visitor = visit(url, visiting.signal);
    closers.push(async () => {
      visiting.abort();
      await visitor;
    });
    const client = createDemoClient({ url, apiKey, webhookUrl: receiver.url, signal });
    return { url, apiKey, client, renderer, receiver, latency, close };
  } catch (error) {
    await close();
    throw error;
  }
}
