import { Redis, type RedisOptions } from "ioredis";
import { queueTiming } from "../../catalogue/queue.ts";

type Options = Omit<RedisOptions, "replyMapping">;

/**
 * A client that can be closed at any time. Disconnecting ioredis' own between two tries leaves it there for ever, with no
 * word to those who wait for an answer; here it ends, and they are told.
 */
class ClosableRedis extends Redis {
  override disconnect(reconnect = false): void {
    // One more try, which is called off at once, takes it from there to its end.
    if (this.status === "reconnecting" && !reconnect) this.connect().catch(() => {});
    super.disconnect(reconnect);
  }

  override duplicate(override: Options = {}): Redis {
    return new ClosableRedis({ ...this.options, ...override, replyMapping: "legacy" });
  }
}

function openRedis(url: string, options: Options, onError: (error: Error) => void): Redis {
  const client = new ClosableRedis(url, { keepAlive: 10_000, connectTimeout: queueTiming.deadlineMs, ...options });
  client.on("error", onError);
  return client;
}

/**
 * For those who must not wait for a Redis that is away. Its connection is given up when nothing is heard in answer to a
 * command: the other end may be gone without a word.
 */
export function openProducerRedis(url: string, onError: (error: Error) => void): Redis {
  const options = {
    maxRetriesPerRequest: 1,
    commandTimeout: queueTiming.deadlineMs,
    socketTimeout: queueTiming.deadlineMs * 2,
  };
  return openRedis(url, options, onError);
}

/** For workers, which wait for Redis as long as it takes, as BullMQ asks. They block for ten seconds at most. */
export function openWorkerRedis(url: string, onError: (error: Error) => void): Redis {
  return openRedis(url, { maxRetriesPerRequest: null, socketTimeout: queueTiming.lockMs }, onError);
}
