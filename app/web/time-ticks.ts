import type { HistoryRange } from "../catalogue/history.ts";

/** A moment that the time axis names. */
export interface TimeTick {
  readonly at: Date;
  readonly label: string;
  /** Left out where there is little room. */
  readonly isMinor: boolean;
}

/** How far apart the named moments are, in seconds. */
const spacing = { "1h": 600, "24h": 4 * 3_600, "7d": 86_400 } as const satisfies Record<HistoryRange, number>;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `23 Nov`, by UTC. */
export function formatDay(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ""}`;
}

/** `10:05`, by UTC. */
export function formatClock(at: Date): string {
  return at.toISOString().slice(11, 16);
}

/** Round moments within a time, both ends included. A new day is called by its name. */
export function listTimeTicks(range: HistoryRange, from: Date, until: Date): readonly TimeTick[] {
  const spacingMs = spacing[range] * 1_000;
  const first = Math.ceil(from.getTime() / spacingMs);
  const last = Math.floor(until.getTime() / spacingMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => {
    const number = first + n;
    const at = new Date(number * spacingMs);
    const isMidnight = at.getTime() % 86_400_000 === 0;
    // By the moment itself, and not by its place: the same ones are left out as time goes on.
    return { at, label: isMidnight ? formatDay(at) : formatClock(at), isMinor: number % 2 !== 0 };
  });
}
