import { createWorld, healthy, readAt, startTestApi } from "../api/fake-desks.ts";
import type { FiringAlert, HealthSnapshot, Remediation, WatchdogState } from "../api/ports.ts";
import type { Job } from "../jobs/job.ts";
import type { PanelHistory } from "./history.ts";
import type { PageFacts } from "./page-facts.ts";
import { createStatusPage, type StatusPage } from "./status-page.ts";

/** For tests only: what the status page shows, in memory, and the page behind the real API on a real port. */

export const pageKey = "a-key-for-the-page";

export const firingAlert: FiringAlert = {
  name: "QueueSizeHigh",
  labels: { alertname: "QueueSizeHigh", severity: "warning" },
  annotations: { summary: "The queue is long", value: "57 jobs", threshold: "more than 50 jobs" },
  since: readAt,
  lastSeenAt: readAt,
  fingerprint: "1c6d9c4b0f2a7e35",
};

export const completedJob: Job = {
  id: "01a22425-4f8f-7291-b2ed-003cf51cad48",
  type: "image",
  status: "completed",
  attempts: 1,
  progress: 1,
  createdAt: readAt,
  startedAt: readAt,
  finishedAt: new Date(readAt.getTime() + 3_000),
  images: [{ contentType: "image/png", bytes: 3, sha256: "" }],
  traceId: "0af7651916cd43dd8448eb211c80319c",
  prompt: "a lighthouse in the fog",
};

export const links = { service: "http://127.0.0.1:3000", jaeger: undefined };

/** All is well, and nothing has happened yet, five seconds after the numbers were read. */
export function createTestFacts(changes: Partial<PageFacts> = {}): PageFacts {
  return {
    now: new Date(readAt.getTime() + 5_000),
    health: healthy,
    firing: [],
    watchdog: { alive: false },
    range: "1h",
    jobs: { value: [], at: readAt },
    remediations: { value: [], at: readAt },
    history: undefined,
    ...changes,
  };
}

/** What the page is made from; tests change it while it runs. */
export interface PageWorld {
  health: HealthSnapshot;
  firing: readonly FiringAlert[];
  watchdog: WatchdogState;
  jobs: readonly Job[];
  remediations: readonly Remediation[];
  history: PanelHistory | undefined;
  /** Awaited by whatever would talk to the database; may throw. */
  database: () => Promise<void> | void;
  image: { readonly contentType: string; readonly bytes: Buffer } | undefined;
  readonly errors: unknown[];
}

export function createPageWorld(): PageWorld {
  return {
    health: healthy,
    firing: [],
    watchdog: { alive: false },
    jobs: [],
    remediations: [],
    history: undefined,
    database: () => undefined,
    image: undefined,
    errors: [],
  };
}

function createTestPage(world: PageWorld): StatusPage {
  return createStatusPage({
    health: { snapshot: () => world.health },
    alerts: {
      firing: () => world.firing,
      watchdog: () => world.watchdog,
      remediations: async () => {
        await world.database();
        return world.remediations;
      },
    },
    jobs: {
      list: async () => {
        await world.database();
        return { jobs: world.jobs };
      },
      image: async () => world.image,
    },
    sessions: {
      open: async () => ({
        id: "01a22425-4f8f-7291-b2ed-003cf51cad48",
        token: "a-token",
        expiresAt: readAt,
        iceServers: [{ urls: ["turn:turn.example.com"], username: "u", credential: "c" }],
      }),
    },
    history: { read: async () => world.history },
    apiKeys: [pageKey],
    links: () => links,
    version: "0.1.0",
    onError: (error) => void world.errors.push(error),
  });
}

type TestApi = Awaited<ReturnType<typeof startTestApi>>;

/** The page on a free port; `login` gives the header that an admitted browser sends. */
export async function startTestPage(world: PageWorld, overrides: Parameters<typeof startTestApi>[1] = {}) {
  const page = createTestPage(world);
  const api: TestApi = await startTestApi(createWorld(), { rooms: [page.routes], ...overrides });

  function submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    return fetch(api.url + path, { method: "POST", body: new URLSearchParams(fields), headers, redirect: "manual" });
  }
  return {
    url: api.url,
    submit,
    get: (path: string, headers: Readonly<Record<string, string>> = {}) => fetch(api.url + path, { headers }),
    async login() {
      const response = await submit("/login", { key: pageKey });
      const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
      return { Cookie: cookie };
    },
    async close() {
      await page.close();
      await api.close();
    },
  };
}

export type TestPage = Awaited<ReturnType<typeof startTestPage>>;
