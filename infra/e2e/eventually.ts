import { setTimeout as delay } from "node:timers/promises";

const pauseMs = 50;

/**
 * For what another process does, and tells nobody: calls `look` until it does not throw, and gives what it gave.
 * Rejects with the last error when that takes longer than `deadlineMs`.
 */
export async function eventually<T>(look: () => T | Promise<T>, deadlineMs = 20_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(pauseMs);
    }
  }
}
