import { webhookDelivery } from "../../catalogue/webhooks.ts";

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
 * How long a `Retry-After` header (RFC 9110, section 10.2.3: seconds or a date) asks to wait, in milliseconds, at most
 * `backoffMaxMs`: a receiver cannot put a delivery off for ever. `undefined` for what is neither.
 */
export function readRetryAfterMs(header: string, now: Date): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : readHttpDate(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), backoffMaxMs);
}

/** `Date.parse` alone takes far more than dates: "-5" would be one. */
function readHttpDate(text: string): number {
  return text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
}
