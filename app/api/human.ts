const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const units = [
  ["d", day],
  ["h", hour],
  ["m", minute],
  ["s", second],
] as const;

/**
 * A duration for people, in its two largest units, rounded to the smaller: `"850ms"`, `"12s"`, `"2m"`, `"1h 5m"`.
 * `null` with no data.
 */
export function formatDuration(ms: number | null): string | null {
  if (ms === null) return null;
  const whole = Math.round(ms);
  if (whole < second) return `${whole}ms`;
  const grain = whole < hour ? second : whole < day ? minute : hour;
  let rest = Math.round(whole / grain) * grain;
  const parts: string[] = [];
  for (const [letter, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${letter}`);
  }
  return parts.join(" ");
}

/** Undoes the error of a product such as 0.29 * 100, which is just below 29. */
const epsilon = 1e-9;

/** A ratio from 0 to 1 as whole per cent, rounded down: only a ratio of 1 is `"100%"`. `null` with no data. */
export function formatRatio(ratio: number | null): string | null {
  return ratio === null ? null : `${Math.floor(ratio * 100 + epsilon)}%`;
}
