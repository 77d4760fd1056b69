import { setTimeout as delay } from "node:timers/promises";
import { queueTiming } from "../../catalogue/queue.ts";

/** What BullMQ's queues and workers have in common. */
interface Openable {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

export interface Opening<T> {
  /** Resolves when it stands; to undefined when it was stopped before. */
  readonly up: Promise<T | undefined>;
  /** Tries no more. Gives what stands, which is the caller's to close. */
  stop(): Promise<T | undefined>;
}

/**
 * Opens again and again until it stands: BullMQ remembers for ever that its first connection failed, so what was opened
 * while the backend was away must be thrown away.
 */
export function openWhenUp<T extends Openable>(open: () => T, onError: (error: unknown) => void): Opening<T> {
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((resolve) => {
    stopping.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  async function run(): Promise<T | undefined> {
    while (!stopping.signal.aborted) {
      const opened = open();
      try {
        await Promise.race([opened.waitUntilReady(), stopped]);
        if (!stopping.signal.aborted) return opened;
      } catch (error) {
        onError(error);
      }
      opened.close().catch(onError);
      await delay(queueTiming.brokenRetryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    return undefined;
  }
  const up = run();

  return {
    up,
    stop() {
      stopping.abort();
      return up;
    },
  };
}
