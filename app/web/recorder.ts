import { setTimeout as delay } from "node:timers/promises";
import type { Sample } from "./history-source.ts";

export interface Recorder {
  close(): Promise<void>;
}

/**
 * Offers what is known now to whoever keeps it, again and again in the background. What cannot be kept is lost: it may be
 * the database that is away, and its health is told elsewhere.
 */
export function startRecorder(options: {
  readonly read: () => Sample;
  readonly record: (sample: Sample) => Promise<void>;
  readonly everyMs: number;
  /** Before it there is nothing to tell. */
  readonly after: Promise<unknown>;
}): Recorder {
  const closing = new AbortController();
  const { signal } = closing;

  async function run(): Promise<void> {
    await Promise.race([options.after, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
    while (!signal.aborted) {
      await options.record(options.read()).catch(() => {});
      await delay(options.everyMs, undefined, { signal }).catch(() => {});
    }
  }
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
