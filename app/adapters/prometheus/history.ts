import { historyTiming } from "../../catalogue/history.ts";
import { scrapes } from "../../catalogue/scrape.ts";
import { levelOver } from "../../telemetry/promql.ts";
import { chartNames, chartRows, mapCharts } from "../../web/chart-rows.ts";
import { type HistoryGrid, listSteps } from "../../web/history-grid.ts";
import type { HistorySource } from "../../web/history-source.ts";
import type { PrometheusClient } from "./client.ts";

/** A window holds a sample, and one more where a scrape is lost. */
const leastWindowSeconds = 2 * scrapes.dashboard.intervalSeconds;

/** What Prometheus has scraped of the `dashboard_*` metrics. */
export function createPrometheusHistory(client: PrometheusClient): HistorySource {
  /** Prometheus looks back from each moment: a step is asked for at its end, the last one's is still to come. */
  async function readChart(chart: (typeof chartNames)[number], grid: HistoryGrid, signal: AbortSignal) {
    const { metric, rule } = chartRows[chart];
    const { stepSeconds } = grid;
    const ends = listSteps(grid).map((at) => at.getTime() + stepSeconds * 1_000);
    const query = {
      promql: levelOver(rule, metric, Math.max(stepSeconds, leastWindowSeconds)),
      from: new Date(ends[0] ?? 0),
      to: new Date(ends.at(-1) ?? 0),
      stepSeconds,
    };
    const values = await client.queryRange(query, signal);
    return ends.map((end) => values.get(end));
  }

  return {
    async read(grid) {
      const signal = AbortSignal.timeout(historyTiming.prometheusDeadlineMs);
      const charts = await Promise.all(
        chartNames.map(async (chart) => [chart, await readChart(chart, grid, signal)] as const),
      );
      const byName = new Map(charts);
      return mapCharts((chart) => byName.get(chart) ?? []);
    },
  };
}
