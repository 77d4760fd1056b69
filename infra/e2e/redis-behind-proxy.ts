import type { createKeep } from "./keep.ts";
import { type Server, startPostgres, startRedis } from "./programs.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The address of what a server's URL names, by way of a proxy in front of it. */
export function through(url: string, proxy: Pick<TcpProxy, "port">): string {
  return Object.assign(new URL(url), { port: String(proxy.port) }).href;
}

/** For tests that are skipped where there is no Redis: here its absence is a fault. */
export async function requireRedis(): Promise<Server> {
  const redis = await startRedis();
  if (redis === undefined) throw new Error("redis-server was there a moment ago");
  return redis;
}

/** A Postgres, and a Redis behind a proxy: with them the settings of a service that uses both. */
export async function startRedisBehindProxy(keep: ReturnType<typeof createKeep>) {
  const postgres = keep(await startPostgres());
  const redis = keep(await requireRedis());
  const proxy = keep(await startTcpProxy(redis));
  return { proxy, settings: { DATABASE_URL: postgres.url, QUEUE_URL: through(redis.url, proxy) } };
}
