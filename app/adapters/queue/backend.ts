import { setTimeout as delay } from "node:timers/promises";
import { createPostgresBackend, createRedisBackend, type PostgresConnectionOptions } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import pg from "pg";
import { queueTiming } from "../../catalogue/queue.ts";
import { createBullQueues } from "./bullmq.ts";

type Log = (level: "info" | "warn", message: string) => void;

/** Each queue and each worker has a pool of its own, beside one connection that listens. */
const poolSize = 3;

/** BullMQ opens and closes these connections itself, and makes its tables (schema `bullmq`) when they are missing. */
function readPostgres(url: string): PostgresConnectionOptions {
  return {
    connectionString: url,
    max: poolSize,
    migrate: true,
    connectionTimeoutMillis: queueTiming.deadlineMs,
    query_timeout: queueTiming.deadlineMs * 2,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    application_name: "gozcu-queue",
  };
}

function openRedis(url: string, options: Omit<RedisOptions, "replyMapping">, onError: (error: Error) => void): Redis {
  const client = new Redis(url, { keepAlive: 10_000, ...options });
  client.on("error", onError);
  return client;
}

/** Says the first error of an outage, and is silent until the next success. */
function once(log: Log) {
  let last = "";
  return (error: Error) => {
    const text = error.message || ("code" in error ? String(error.code) : error.name);
    if (text !== last) log("warn", `the queue: ${text}`);
    last = text;
  };
}

/** Resolves when Postgres answers: BullMQ never tries again when its first connection fails. */
async function awaitPostgres(url: string, signal: AbortSignal, onError: (error: Error) => void): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: queueTiming.deadlineMs });
    client.on("error", onError);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      await delay(queueTiming.brokenRetryMs, undefined, { signal }).catch(() => {});
    }
  }
}

/**
 * The queue that `url` names: `redis://` and `rediss://` by ioredis, `postgres://` by BullMQ's PostgreSQL backend.
 * Nothing is waited for: a backend that is down is connected to when it comes up.
 */
export function createQueueBackend({ url, log }: { readonly url: string; readonly log: Log }) {
  const onError = once(log);
  if (/^rediss?:/.test(url)) {
    // A producer fails fast, so that a request or the relay never waits for a Redis that is away.
    const producer = openRedis(
      url,
      { maxRetriesPerRequest: 1, commandTimeout: queueTiming.deadlineMs, connectTimeout: queueTiming.deadlineMs },
      onError,
    );
    // A worker waits for Redis as long as it takes: BullMQ asks for this.
    const consumer = openRedis(url, { maxRetriesPerRequest: null }, onError);
    return createBullQueues({
      producer: { connection: producer, skipWaitingForReady: true },
      consumer: { connection: consumer },
      backend: createRedisBackend,
      ready: Promise.resolve(),
      onError,
      log,
      release: async () => {
        producer.disconnect();
        consumer.disconnect();
      },
    });
  }

  const giveUp = new AbortController();
  return createBullQueues({
    producer: { connection: readPostgres(url) },
    consumer: { connection: readPostgres(url) },
    backend: createPostgresBackend,
    ready: awaitPostgres(url, giveUp.signal, onError),
    onError,
    log,
    release: async () => giveUp.abort(),
  });
}
