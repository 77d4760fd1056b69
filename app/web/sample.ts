import type { HealthSnapshot } from "../api/ports.ts";
import { renderDashboardSamples } from "../health/dashboard-samples.ts";
import { chartNames, chartRows } from "./chart-rows.ts";
import type { Sample } from "./history-source.ts";

/** What `GET /metrics` tells now of what the charts show: what is recorded here is what Prometheus would have scraped. */
export function readSample(snapshot: HealthSnapshot, now: Date): Sample {
  const values = new Map(renderDashboardSamples(snapshot, now).map(({ metric, value }) => [metric as string, value]));
  const known = chartNames.map((chart) => [chart, values.get(chartRows[chart].metric)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
