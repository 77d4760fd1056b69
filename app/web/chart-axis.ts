import { type ChartName, chartRows } from "./chart-rows.ts";
import { sayShare } from "./chart-words.ts";
import { listTicks } from "./scale.ts";

/** A number that the value axis names. */
interface ValueTick {
  /** In the unit of the chart's metric. */
  readonly value: number;
  readonly label: string;
}

export interface ValueAxis {
  /** Where it begins and ends, in the unit of the chart's metric. */
  readonly low: number;
  readonly high: number;
  /** What the labels count. */
  readonly unit: string;
  readonly ticks: readonly ValueTick[];
}

/** So many parts, about, are told apart by eye and leave room for their labels. */
const parts = 4;
/** An empty queue is not a line at the top of its chart. */
const leastJobs = 5;
/** Where there is no time to tell. */
const usualSeconds = 10;
/** Above a threshold there is something of what it leads to. */
const roomAbove = 1.2;

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Short enough for the margin: `5,000`, `20K`, `15M`. */
const sayNumber = (value: number) => (value < 10_000 ? plain : compact).format(value);

/**
 * How high the axis must reach: to the highest value, to the first threshold so that all see where it is, and to the next
 * one as soon as a value is half-way there.
 */
function reachOf(chart: ChartName, highest: number): number {
  const limits = chartRows[chart].bands.map(({ from }) => from).filter((from) => from > 0);
  const near = limits.filter((limit, n) => n === 0 || highest >= limit / 2);
  return Math.max(highest, ...near.map((limit) => limit * roomAbove));
}

/** Each from where it has told enough parts; below, the next one tells more. */
const timeUnits = [
  { unit: "days", seconds: 86_400, from: 2 * 86_400 },
  { unit: "hours", seconds: 3_600, from: 2 * 3_600 },
  { unit: "minutes", seconds: 60, from: 2 * 60 },
  { unit: "seconds", seconds: 1, from: 1 },
  { unit: "milliseconds", seconds: 0.001, from: 0 },
] as const;

function createTimeAxis(highest: number): ValueAxis {
  const reach = highest > 0 ? highest : usualSeconds;
  const { unit, seconds } = timeUnits.find(({ from }) => reach >= from) ?? timeUnits[3];
  const ticks = listTicks(reach / seconds, parts);
  const labelled = ticks.map((tick) => ({ value: tick * seconds, label: sayNumber(tick) }));
  return { low: 0, high: labelled.at(-1)?.value ?? 1, unit, ticks: labelled };
}

/** From 0, unless everything is near the top: then there is more to be seen of the last fifth. */
function createShareAxis(lowest: number): ValueAxis {
  const low = lowest >= 0.85 ? 0.8 : 0;
  const step = low === 0 ? 25 : 5;
  const ticks = Array.from(
    { length: Math.round((100 - low * 100) / step) + 1 },
    (_, n) => (low * 100 + n * step) / 100,
  );
  return { low, high: 1, unit: "delivered", ticks: ticks.map((value) => ({ value, label: sayShare(value, 0) })) };
}

function createCountAxis(chart: ChartName, highest: number): ValueAxis {
  const ticks = listTicks(Math.max(reachOf(chart, highest), leastJobs), parts, 1);
  const labelled = ticks.map((value) => ({ value, label: sayNumber(value) }));
  return { low: 0, high: labelled.at(-1)?.value ?? 1, unit: "jobs waiting", ticks: labelled };
}

/** The axis on which a chart's values are told; there may be none. */
export function createValueAxis(chart: ChartName, values: readonly number[]): ValueAxis {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  if (chart === "successRate") return createShareAxis(values.reduce((least, value) => Math.min(least, value), 1));
  return chart === "processingTime" ? createTimeAxis(highest) : createCountAxis(chart, highest);
}
