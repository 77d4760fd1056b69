import { formatDuration } from "../../app/api/human.ts";

/** Whole seconds, which a clock that is read once in a while can tell: `0s`, `3m 20s`. Clocks that differ give no less. */
export function formatSeconds(ms: number): string {
  return ms < 1_000 ? "0s" : (formatDuration(Math.floor(ms / 1_000) * 1_000) ?? "");
}

/** How long something has been so: `3m 20s`. */
export function formatSince(time: string, now: Date): string {
  return formatSeconds(now.getTime() - Date.parse(time));
}

/** When something was: `3m 20s ago`. */
export function formatAgo(time: string, now: Date): string {
  return now.getTime() - Date.parse(time) < 1_000 ? "just now" : `${formatSince(time, now)} ago`;
}
