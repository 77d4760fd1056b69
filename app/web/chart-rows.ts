import type { MetricOf } from "../catalogue/metrics.ts";
import type { PanelName } from "../catalogue/panels.ts";
import { queueSizeBusy, thresholds } from "../catalogue/thresholds.ts";

/** The four panels that people know, in the catalogue's order. */
export type ChartName = PanelName<"overview">;

/** What a step says of its moments: their mean, or the worse end of them, so that no peak is lost between two points. */
export type StepRule = "mean" | "highest" | "lowest";

/** How good it is to be there. */
export type BandLevel = "good" | "warn" | "bad";

/** A part of the scale, from a value up to the next band. */
export interface Band {
  readonly from: number;
  readonly level: BandLevel;
  /** What it is to get there, in a word. */
  readonly name?: string;
}

interface ChartRow {
  readonly title: string;
  /** What is drawn. The values are in this metric's unit. */
  readonly metric: MetricOf<{ kind: "gauge"; endpoint: "dashboard" }>;
  readonly rule: StepRule;
  /** From the lowest value up; none where no threshold is documented. */
  readonly bands: readonly Band[];
  /** Why nothing is drawn although the service was there. */
  readonly nothing: string;
}

/** What each chart shows. Its bands are those of the panel of the same name in Grafana. */
export const chartRows = {
  dashboardStatus: {
    title: "Dashboard Status",
    metric: "dashboard_status",
    rule: "mean",
    bands: [
      { from: 0, level: "bad" },
      { from: 1, level: "good" },
    ],
    nothing: "Nothing is known of this time",
  },
  queueSize: {
    title: "Queue Size",
    metric: "dashboard_jobs_pending",
    rule: "highest",
    bands: [
      { from: 0, level: "good" },
      { from: queueSizeBusy, level: "warn", name: "busy" },
      { from: thresholds.queueSizeHigh.above, level: "bad", name: "high" },
    ],
    nothing: "Nothing is known of this time",
  },
  successRate: {
    title: "Success Rate",
    metric: "dashboard_webhook_success_rate",
    rule: "lowest",
    bands: [
      { from: 0, level: "bad" },
      { from: thresholds.webhookSuccessRateLow.below, level: "good", name: "target" },
    ],
    nothing: "No webhook delivery ended in this time",
  },
  processingTime: {
    title: "Processing Time",
    metric: "dashboard_avg_processing_time",
    rule: "highest",
    bands: [],
    nothing: "No job was completed in this time",
  },
} as const satisfies Record<ChartName, ChartRow>;

export const chartNames = Object.keys(chartRows) as readonly ChartName[];

/** Something for each chart. */
export function mapCharts<T>(read: (chart: ChartName) => T): Readonly<Record<ChartName, T>> {
  return Object.fromEntries(chartNames.map((chart) => [chart, read(chart)])) as Readonly<Record<ChartName, T>>;
}
