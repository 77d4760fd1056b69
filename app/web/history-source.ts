import type { ChartName } from "./chart-rows.ts";
import type { HistoryGrid } from "./history-grid.ts";

/** One value a step, the oldest first; undefined where nothing is known. */
export type StepValues = Readonly<Record<ChartName, readonly (number | undefined)[]>>;

/** Somebody who knows the past. */
export interface HistorySource {
  /** Rejects when it cannot be asked. */
  read(grid: HistoryGrid): Promise<StepValues>;
}

/** What is known now, in the units of the charts' metrics; nothing of what is not. */
export type Sample = Readonly<Partial<Record<ChartName, number>>>;
