import type { IncomingMessage, ServerResponse } from "node:http";
import { ValueType } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { type LabelsOf, type MetricOf, metrics } from "../catalogue/metrics.ts";
import { instrumentationScope } from "./instruments.ts";

type DashboardMetric = MetricOf<{ endpoint: "dashboard" }>;

/** TypeScript takes any object for `{}`, the labels of a metric that has none. */
type ExactLabelsOf<M extends DashboardMetric> = keyof LabelsOf<M> extends never ? Record<string, never> : LabelsOf<M>;

/** One number of the `/metrics` page. */
export type DashboardSample = {
  [M in DashboardMetric]: { readonly metric: M; readonly value: number; readonly labels: ExactLabelsOf<M> };
}[DashboardMetric];

function metricData(name: DashboardMetric, samples: readonly DashboardSample[]): MetricData {
  const { kind, unit, help } = metrics[name];
  const now = millisToHrTime(Date.now());
  const common = {
    descriptor: { name, unit, description: help, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: samples.map(({ value, labels }) => ({ value, attributes: labels, startTime: now, endTime: now })),
  };
  return kind === "counter"
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { ...common, dataPointType: DataPointType.GAUGE };
}

/**
 * Serves the `dashboard_*` metrics as Prometheus text, from an OpenTelemetry meter provider of its own.
 *
 * `read` is called for each scrape, and what it leaves out is absent from the answer: never 0, never its last value.
 * For that the numbers are handed over by a `MetricProducer` and not by observable instruments: the SDK goes on
 * reporting the last value of those when they are no longer observed, and keeps 2,000 series of one at most.
 */
export function createDashboardExporter(options: { readonly read: () => readonly DashboardSample[] }): {
  handler(req: IncomingMessage, res: ServerResponse): void;
  close(): Promise<void>;
} {
  const producer: MetricProducer = {
    async collect() {
      const byMetric = Map.groupBy(options.read(), ({ metric }) => metric);
      const scope = { name: instrumentationScope };
      const data = [...byMetric].map(([name, samples]) => metricData(name, samples));
      return {
        resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics: data }] },
        errors: [],
      };
    },
  };
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ readers: [exporter] });
  return {
    handler: (req, res) => exporter.getMetricsRequestHandler(req, res),
    close: () => provider.shutdown(),
  };
}
