import type { Condition } from "../app/catalogue/conditions.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { renderDuration } from "../app/telemetry/duration.ts";

/** How a number is written for people: by Prometheus in an annotation, and here in exactly the same way. */
interface Wording {
  /** A template of Prometheus for its `$value`. */
  readonly template: string;
  say(value: number): string;
}

/** Go's `%.4g` for the numbers that occur here, which need no exponent. */
const fourDigits = (value: number) => String(Number(value.toPrecision(4)));

/** As Prometheus' `humanizeDuration` does for a second and more. */
function sayDuration(value: number): string {
  if (value < 60) return `${fourDigits(value)}s`;
  const whole = Math.floor(value);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  const parts = [`${days}d`, `${hours}h`, `${minutes}m`, `${whole % 60}s`];
  return parts.slice([days, hours, minutes].findIndex((part) => part > 0)).join(" ");
}

const percentage: Wording = {
  template: "{{ $value | humanizePercentage }}",
  say: (value) => `${fourDigits(value * 100)}%`,
};
const duration: Wording = { template: "{{ $value | humanizeDuration }}", say: sayDuration };

function whole(after: string): Wording {
  return { template: `{{ printf "%.0f" $value }}${after}`, say: (value) => `${value.toFixed(0)}${after}` };
}

/** `{job}` is UCUM's way to count jobs. */
function wordingOfUnit(unit: string): Wording {
  if (unit === "1") return percentage;
  if (unit === "s") return duration;
  if (unit.startsWith("{")) return whole(` ${unit.slice(1, -1)}s`);
  return whole(` ${unit}`);
}

function wordingOf(condition: Condition): Wording {
  if ("always" in condition) return { template: "always", say: () => "always" };
  const row = signals[condition.metric];
  if ("is" in condition && "states" in row) {
    const state = row.states[condition.is];
    return { template: state, say: () => state };
  }
  if ("increase" in condition) return whole(` in ${renderDuration(condition.overSeconds ?? rateWindowSeconds)}`);
  return wordingOfUnit(row.unit);
}

/** The text that a condition's threshold has in messages, in runbooks and in the README. */
export function sayThreshold(condition: Condition): string {
  const { say } = wordingOf(condition);
  if ("always" in condition) return "always";
  if ("is" in condition) return `anything but ${signals[condition.metric].states[condition.is === 0 ? 1 : 0]}`;
  const { above, below } = condition as { readonly above?: number; readonly below?: number };
  return above === undefined ? `less than ${say(below ?? 0)}` : `more than ${say(above)}`;
}

/** What of the subject is compared: `p95 of the response time over 5m`. */
export function saySubject(subject: string, condition: Condition): string {
  const over = ` over ${renderDuration(rateWindowSeconds)}`;
  if ("quantile" in condition) return `p${condition.quantile * 100} of ${subject}${over}`;
  if ("mean" in condition) return `the mean of ${subject}${over}`;
  if ("age" in condition) return `the age of ${subject}`;
  return subject;
}

/** A condition's value in an annotation, as a template. */
export function renderValue(condition: Condition): string {
  return wordingOf(condition).template;
}

/** What Prometheus makes of {@link renderValue} for a value. */
export function sayValue(condition: Condition, value: number): string {
  return wordingOf(condition).say(value);
}

/** A burn rate: how many times the pace that just uses up the budget. */
export const burnWording: Wording = {
  template: '{{ printf "%.1f" $value }} times the pace the budget allows',
  say: (value) => `${value.toFixed(1)} times the pace the budget allows`,
};
