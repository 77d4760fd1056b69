import { longestSilenceDays } from "../../app/catalogue/notifications.ts";

const secondsOf = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/**
 * Reads `90m`, `2h`, `1h30m` or `1d`: numbers with their units, the larger ones first.
 * @returns seconds
 * @throws RangeError for any other text, and for no time or more than the longest silence.
 */
export function readPeriod(text: string): number {
  const numbers = /^(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/.exec(text)?.groups ?? {};
  const seconds = Object.entries(secondsOf).reduce((sum, [unit, size]) => sum + Number(numbers[unit] ?? 0) * size, 0);
  if (seconds > 0 && seconds <= longestSilenceDays * secondsOf.d) return seconds;
  throw new RangeError(
    `--for ${JSON.stringify(text)} is no time to be silent: write it like 90m, 2h, 1h30m or 1d, ` +
      `at most ${longestSilenceDays}d`,
  );
}
