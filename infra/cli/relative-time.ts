import { formatDuration } from "../../app/api/human.ts";

/** How long something has been so: `3m 20s`. Clocks that differ do not make it negative. */
export function formatSince(time: string, now: Date): string {
  const ms = Math.max(0, now.getTime() - Date.parse(time));
  return formatDuration(Math.round(ms / 1_000) * 1_000) ?? "";
}

/** When something was: `3m 20s ago`. */
export function formatAgo(time: string, now: Date): string {
  return now.getTime() - Date.parse(time) < 1_000 ? "just now" : `${formatSince(time, now)} ago`;
}
