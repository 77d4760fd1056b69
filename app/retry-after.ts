/**
 * How long a `Retry-After` header (RFC 9110, section 10.2.3: seconds or a date) asks to wait, in milliseconds. `undefined` for
 * what is neither.
 */
export function readRetryAfterMs(header: string, now: Date): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : readHttpDate(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** `Date.parse` alone takes far more than dates: "-5" would be one. */
function readHttpDate(text: string): number {
  return text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
}
