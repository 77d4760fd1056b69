import { randomUUID } from "node:crypto";
import { DatabaseUnavailable } from "../adapters/postgres/errors.ts";
import { createAlertBoard } from "../alerting/alert-board.ts";
import { createAlertDesk } from "../alerting/alert-desk.ts";
import { limits } from "../catalogue/limits.ts";
import type { JobStatus } from "../catalogue/names.ts";
import { statistics as calm, readAt } from "../health/test-facts.ts";
import { hasEnded, type Job } from "../jobs/job.ts";
import { type ApiOptions, createApi } from "./app.ts";
import { createApiKeys } from "./auth.ts";
import { startHttpServer } from "./listen.ts";
import type {
  HealthDesk,
  HealthSnapshot,
  JobDesk,
  JobOrder,
  Measurements,
  Remediation,
  SessionDesk,
  Statistics,
  TelemetryDesk,
} from "./ports.ts";

/** For tests only: the desks in memory, behind the real API on a real port. */

export const apiKey = "a-key-for-tests";
export const alertsToken = "a-token-for-tests";
export { readAt };

export const statistics: Statistics = {
  ...calm,
  byStatus: { ...calm.byStatus, pending: 5 },
  webhookSuccessRatio: 0.969,
  oldestWaitSeconds: 3,
};

const up = { status: "up", since: readAt, checkedAt: readAt, latencyMs: 2 } as const;

export const healthy: HealthSnapshot = {
  status: "healthy",
  reasons: [],
  services: { database: up, queue: up, comfyui: { ...up, demo: true }, webhook: up },
  workersStalled: false,
  statistics,
  sources: [],
};

export interface World {
  readonly orders: JobOrder[];
  readonly jobs: Map<string, Job>;
  readonly images: Map<string, { readonly contentType: string; readonly bytes: Buffer }[]>;
  readonly recorded: Measurements[];
  readonly remediations: Remediation[];
  shed: number;
  readonly logged: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[];
  health: HealthSnapshot;
  notReady: string | undefined;
  /** Awaited by whatever would talk to the database; may throw. */
  database: () => Promise<void> | void;
}

export function createWorld(): World {
  return {
    orders: [],
    jobs: new Map(),
    images: new Map(),
    recorded: [],
    remediations: [],
    shed: 0,
    logged: [],
    health: healthy,
    notReady: undefined,
    database: () => undefined,
  };
}

export function databaseDown(): never {
  throw new DatabaseUnavailable("reading a job", new Error("connect ECONNREFUSED 10.0.0.7:5432"));
}

/** Puts a job straight into the world. */
export function addJob(world: World, status: JobStatus, more: Partial<Job> = {}): Job {
  const job: Job = {
    id: randomUUID(),
    type: "image",
    status,
    attempts: 0,
    progress: 0,
    createdAt: new Date(),
    images: [],
    ...more,
  };
  world.jobs.set(job.id, job);
  return job;
}

function createFakeJobs(world: World): JobDesk {
  const byKey = new Map<string, { readonly job: Job; readonly fingerprint: string }>();
  return {
    accept: async (order) => {
      await world.database();
      world.orders.push(order);
      const place = order.idempotency && `${order.idempotency.owner} ${order.idempotency.key}`;
      const before = place === undefined ? undefined : byKey.get(place);
      if (before !== undefined) {
        return before.fingerprint === order.idempotency?.fingerprint
          ? { job: before.job, replayed: true }
          : { conflict: true };
      }
      const job = addJob(world, "pending");
      if (place !== undefined) byKey.set(place, { job, fingerprint: order.idempotency?.fingerprint ?? "" });
      return { job, replayed: false };
    },
    read: async (id) => {
      await world.database();
      return world.jobs.get(id);
    },
    list: async ({ status, limit, cursor }) => {
      await world.database();
      const all = [...world.jobs.values()].reverse().filter((job) => status === undefined || job.status === status);
      const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
      const jobs = all.slice(start, start + limit);
      const last = jobs.at(-1);
      return { jobs, ...(last && start + limit < all.length && { nextCursor: last.id }) };
    },
    cancel: async (id) => {
      await world.database();
      const job = world.jobs.get(id);
      if (job === undefined) return undefined;
      if (hasEnded(job.status)) return { job, ended: true };
      const cancelled: Job = { ...job, status: "cancelled", finishedAt: new Date() };
      world.jobs.set(id, cancelled);
      return { job: cancelled, ended: false };
    },
    image: async (id, n) => world.images.get(id)?.[n],
  };
}

function createFakeTelemetry(world: World): TelemetryDesk {
  const kept = new Map<string, Record<string, number>>();
  return {
    statistics: async () => {
      await world.database();
      return statistics;
    },
    sources: async () => [...kept].map(([source, metrics]) => ({ source, metrics, reportedAt: readAt })),
    report: async (source, metrics) => {
      await world.database();
      if (!kept.has(source) && kept.size === limits.sources) return { limit: "sources" };
      const merged = { ...kept.get(source), ...metrics };
      if (Object.keys(merged).length > limits.metricsPerSource) return { limit: "metricsPerSource" };
      kept.set(source, merged);
      return {};
    },
  };
}

function createFakeSessions(world: World): SessionDesk {
  const tokens = new Map<string, string>();
  return {
    open: async () => {
      await world.database();
      const id = randomUUID();
      tokens.set(id, `token-of-${id}`);
      const iceServers = [{ urls: ["turn:turn.example.com:3478"], username: "1780000000:x", credential: "c2VjcmV0" }];
      return { id, token: `token-of-${id}`, expiresAt: new Date(Date.now() + 3_600_000), iceServers };
    },
    check: async (id, token) => {
      const known = tokens.get(id);
      return known === undefined ? "unknown" : known === token ? "ok" : "wrong token";
    },
  };
}

type ServiceOptions = Extract<ApiOptions, { role: "all" | "api" }>;

function createTestApi(world: World, overrides: Partial<ServiceOptions> = {}) {
  const health: HealthDesk = { snapshot: () => world.health };
  return createApi({
    role: "all",
    jobs: createFakeJobs(world),
    telemetry: createFakeTelemetry(world),
    sessions: createFakeSessions(world),
    health,
    alerts: createAlertDesk({
      board: createAlertBoard(),
      remediations: async () => {
        await world.database();
        return world.remediations;
      },
    }),
    renderRunbook: (alert) => (alert === "ComfyuiDown" ? "# ComfyuiDown\n" : undefined),
    metricsHandler: (_request, response) => void response.end("dashboard_jobs_total 1500\n"),
    record: (measurements) => void world.recorded.push(measurements),
    onShed: () => {
      world.shed += 1;
    },
    apiKeys: createApiKeys([apiKey, "another-key"]),
    alertsTokens: createApiKeys([alertsToken]),
    rateLimit: "off",
    trustProxy: 0,
    checkWebhookUrl: async (url) => (url.hostname === "127.0.0.1" ? `"${url.hostname}" is not public` : undefined),
    carrier: () => ({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }),
    ready: { database: () => world.notReady, queue: () => undefined },
    log: { error: (fields, message) => void world.logged.push({ fields, message }) },
    version: "0.1.0",
    ...overrides,
  });
}

/** The API in memory on a free port; `send` answers with status, headers and the body, parsed when it is JSON. */
export async function startTestApi(world: World, overrides: Partial<ServiceOptions> = {}) {
  const server = await startHttpServer({ app: createTestApi(world, overrides), host: "127.0.0.1", port: 0 });
  return { url: server.url, close: () => server.close(0), send: createClient(server.url) };
}

interface Exchange {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export const withKey = { "X-API-Key": apiKey };

/** `body`: a string is sent as it is, anything else as JSON. */
export function createClient(url: string) {
  return async (
    method: string,
    path: string,
    { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: unknown } = {},
  ): Promise<Exchange> => {
    const content = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...(content !== undefined && { "Content-Type": "application/json" }), ...headers },
      ...(content !== undefined && { body: content }),
      redirect: "manual",
    });
    const raw = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson && raw !== "" ? JSON.parse(raw) : raw };
  };
}
