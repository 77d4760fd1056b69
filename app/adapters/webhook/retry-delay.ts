import { webhookDelivery } from "../../catalogue/webhooks.ts";
import { readRetryAfterMs } from "../../retry-after.ts";

const { backoffMs, backoffMaxMs, jitter } = webhookDelivery;

/**
 * How long to wait, in whole milliseconds, after attempt number `attempt` (counted from 1) has failed: doubling up to
 * `backoffMaxMs`, of which the share `jitter` is random. So it lies between `(1 - jitter)` and 1 times that wait.
 *
 * @param random gives a number from 0 up to 1; `Math.random` unless told
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const longestMs = Math.min(backoffMs * 2 ** (attempt - 1), backoffMaxMs);
  return Math.round(longestMs * (1 - jitter * random()));
}

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most `backoffMaxMs`: a receiver cannot put a delivery off
 * for ever. `undefined` for what is no such header.
 */
export function readRetryDelayMs(header: string, now: Date): number | undefined {
  const ms = readRetryAfterMs(header, now);
  return ms === undefined ? undefined : Math.min(ms, backoffMaxMs);
}
