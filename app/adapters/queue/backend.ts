import type { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type PostgresConnectionOptions,
} from "bullmq";
import { queueTiming } from "../../catalogue/queue.ts";
import type { QueueBackend } from "../../jobs/queue.ts";
import { createBullQueues } from "./bullmq.ts";
import { openProducerRedis, openWorkerRedis } from "./redis.ts";

type Log = (level: "info" | "warn", message: string) => void;

/**
 * Each queue and each worker has a pool of its own, a worker also a connection that listens: 15 for a process that works on
 * all three queues. Postgres has 100 for everybody, unless told otherwise.
 */
const poolSize = { producer: 1, consumer: 3 };

/** BullMQ opens and closes these connections itself, and makes its tables (schema `bullmq`) when they are missing. */
function readPostgres(url: string, max: number): PostgresConnectionOptions {
  return {
    connectionString: url,
    max,
    migrate: true,
    connectionTimeoutMillis: queueTiming.deadlineMs,
    query_timeout: queueTiming.deadlineMs * 2,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    application_name: "gozcu-queue",
    // While BullMQ makes its tables it listens to no error of that connection: one that broke would end the process.
    onConnect: (client: EventEmitter) => void client.on("error", () => {}),
  };
}

/**
 * A worker that cannot take an entry asks again after a while. BullMQ itself pauses only when the connection is refused:
 * a Postgres that is starting up, or has no connection left, would be asked hundreds of times a second.
 */
const createPatientPostgres: BackendFactory<IQueueBackend, PostgresConnectionOptions> = (...args) => {
  const backend = createPostgresBackend(...args);
  const take = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...call) => {
    try {
      return await take(...call);
    } catch (error) {
      await delay(queueTiming.brokenRetryMs);
      throw error;
    }
  };
  return backend;
};

/** Says what is wrong once an outage, and when it is over. */
function createTrouble(log: Log) {
  const said = new Set<string>();
  return {
    onError: (error: unknown) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const text = (error instanceof Error && error.message) || code || String(error);
      if (!said.has(text)) log("warn", `the queue: ${text}`);
      said.add(text);
    },
    onAnswer: () => {
      if (said.size > 0) log("info", "the queue answers");
      said.clear();
    },
  };
}

/**
 * The queue that `url` names: `redis://` and `rediss://` by ioredis, `postgres://` by BullMQ's PostgreSQL backend.
 * Nothing is waited for: a backend that is down is connected to when it comes up.
 */
export function createQueueBackend({ url, log }: { readonly url: string; readonly log: Log }): QueueBackend {
  const trouble = createTrouble(log);
  if (/^rediss?:/.test(url)) {
    const producer = openProducerRedis(url, trouble.onError);
    const consumer = openWorkerRedis(url, trouble.onError);
    return createBullQueues({
      producer: { connection: producer },
      consumer: { connection: consumer },
      backend: createRedisBackend,
      ...trouble,
      log,
      release() {
        producer.disconnect();
        consumer.disconnect();
      },
    });
  }
  return createBullQueues({
    producer: { connection: readPostgres(url, poolSize.producer) },
    consumer: { connection: readPostgres(url, poolSize.consumer) },
    backend: createPatientPostgres,
    ...trouble,
    log,
    release() {},
  });
}
