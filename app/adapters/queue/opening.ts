import { setTimeout as delay } from "node:timers/promises";
import { queueTiming } from "../../catalogue/queue.ts";

/** What BullMQ's queues and workers have in common. */
interface Openable {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

export interface Opening<T> {
  /** Resolves when it stands; to undefined when it was closed before. */
  readonly up: Promise<T | undefined>;
  close(): Promise<void>;
}

/**
 * Opens again and again until it stands: BullMQ remembers for ever that its first connection failed, so what was opened
 * while the backend was away must be thrown away.
 */
export function openWhenUp<T extends Openable>(open: () => T, onError: (error: unknown) => void): Opening<T> {
  const closing = new AbortController();
  const closed = new Promise<undefined>((resolve) => {
    closing.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  async function run(): Promise<T | undefined> {
    while (!closing.signal.aborted) {
      const opened = open();
      try {
        await Promise.race([opened.waitUntilReady(), closed]);
        if (!closing.signal.aborted) return opened;
      } catch (error) {
        onError(error);
      }
      opened.close().catch(onError);
      await delay(queueTiming.brokenRetryMs, undefined, { signal: closing.signal }).catch(() => {});
    }
    return undefined;
  }
  const up = run();

  return {
    up,
    async close() {
      closing.abort();
      await (await up)?.close();
    },
  };
}
