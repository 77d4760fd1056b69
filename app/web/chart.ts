import type { ChartName } from "./chart-rows.ts";
import type { PanelHistory } from "./history.ts";

export function renderChart(chart: ChartName, history: PanelHistory): string {
  return `<svg viewBox="0 0 100 40" role="img"><title>${chart} ${history.range}</title></svg>`;
}
export function renderChartTable(chart: ChartName, history: PanelHistory): string {
  return `<table><tr><th>${chart}</th><td>${history.points[chart].length}</td></tr></table>`;
}
