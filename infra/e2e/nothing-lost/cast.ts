import { startDemoProcess } from "../demo-process.ts";
import { type Program, startPostgres, startRedis } from "../programs.ts";
import { startServiceProcess } from "../service-process.ts";

export type QueueKind = "redis" | "postgres";

export const roles = ["worker 1", "worker 2", "api", "queue", "database", "renderer"] as const;
export type Role = (typeof roles)[number];

export interface Cast {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly queueUrl: string;
  /** Whoever may be killed. With the queue in Postgres there is no program `queue`. */
  readonly programs: ReadonlyMap<Role, Program>;
  /** What the product's processes have written. */
  output(): string;
  close(): Promise<void>;
}

/** Real Postgres, real Redis, the API, two workers and the renderer, each a process of its own. */
export async function startCast(queue: QueueKind): Promise<Cast> {
  const database = await startPostgres();
  const redis = queue === "redis" ? await startRedis() : undefined;
  if (queue === "redis" && redis === undefined) throw new Error("redis-server is not installed: take --queue postgres");
  const renderer = await startDemoProcess({ stepMs: 0 });
  const settings = {
    DATABASE_URL: database.url,
    COMFYUI_URL: renderer.url,
    LOG_LEVEL: "info",
    ...(redis && { QUEUE_URL: redis.url }),
  };
  const api = await startServiceProcess({ ...settings, ROLE: "api" });
  const workers = await Promise.all([1, 2].map(() => startServiceProcess({ ...settings, ROLE: "worker" })));
  const [one, two] = workers;
  if (one === undefined || two === undefined) throw new Error("two workers were to be started");
  const programs = new Map<Role, Program>([
    ["worker 1", one],
    ["worker 2", two],
    ["api", api],
    ...(redis === undefined ? [] : ([["queue", redis]] as const)),
    ["database", database],
    ["renderer", renderer],
  ]);
  return {
    apiUrl: api.url,
    databaseUrl: database.url,
    queueUrl: redis?.url ?? database.url,
    programs,
    output: () => [api, one, two].map((process) => process.output()).join("\n"),
    async close() {
      for (const name of roles) await programs.get(name)?.close();
    },
  };
}
