import { formatDuration } from "../api/human.ts";
import { historyRanges } from "../catalogue/history.ts";
import type { ChartName } from "./chart-rows.ts";
import type { PanelHistory } from "./history.ts";
import { formatClock, formatDay } from "./time-ticks.ts";

const count = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** As per cent, rounded down: only what is whole is `100 %`. */
export function sayShare(ratio: number, decimals: number): string {
  const factor = 10 ** decimals;
  // Undoes the error of a product such as 0.29 * 100, which is just below 29.
  return `${Math.floor(ratio * 100 * factor + 1e-9) / factor} %`;
}

function saySeconds(seconds: number): string {
  const short = seconds >= 1 && seconds < 60;
  return short ? `${count.format(seconds)} s` : (formatDuration(seconds * 1_000) ?? "");
}

const sayings: Readonly<Record<ChartName, (value: number) => string>> = {
  dashboardStatus(value) {
    if (value >= 1) return "healthy";
    return value <= 0 ? "degraded" : `healthy ${sayShare(value, 0)} of the time`;
  },
  queueSize: (value) => `${count.format(value)} ${value === 1 ? "job" : "jobs"}`,
  successRate: (value) => sayShare(value, 1),
  processingTime: saySeconds,
};

/** A chart's value with its unit: `12 jobs`, `97.3 %`, `2m 5s`. */
export function sayValue(chart: ChartName, value: number | undefined): string {
  return value === undefined ? "not known" : sayings[chart](value);
}

/** When a step begins, by UTC: `10:05`, and with its day where the range is longer than one. */
export function sayMoment({ range }: Pick<PanelHistory, "range">, at: Date): string {
  return range === "1h" ? formatClock(at) : `${formatDay(at)} ${formatClock(at)}`;
}

/** `the last hour`, `the last 7 days` */
export function sayRange({ range }: Pick<PanelHistory, "range">): string {
  return `the last ${historyRanges[range].label.replace(/^1 /, "")}`;
}

/** `10 minutes` */
export function sayStep({ range }: Pick<PanelHistory, "range">): string {
  const seconds = historyRanges[range].stepSeconds;
  const [size, unit] = seconds % 3_600 === 0 ? [seconds / 3_600, "hour"] : [seconds / 60, "minute"];
  return size === 1 ? unit : `${size} ${unit}s`;
}
