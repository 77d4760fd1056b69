import { type HistoryRange, historyRanges } from "../catalogue/history.ts";
import { type ChartName, mapCharts } from "./chart-rows.ts";
import type { PanelHistory } from "./history.ts";
import { createGrid, listSteps } from "./history-grid.ts";

const until = new Date("2026-11-23T10:37:12.345Z");

/** For tests: a past up to 10:37, a Monday. Each chart's values are of its last steps; before them nothing is known. */
export function createTestHistory(
  values: Readonly<Partial<Record<ChartName, readonly (number | undefined)[]>>>,
  range: HistoryRange = "1h",
): PanelHistory {
  const steps = listSteps(createGrid(range, until));
  const count = historyRanges[range].seconds / historyRanges[range].stepSeconds;
  const points = mapCharts((chart) => {
    const of = values[chart] ?? [];
    return steps.map((at, n) => ({ at, value: of[n - count + of.length] }));
  });
  return { range, source: "recorded", until, points };
}
