import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { Target } from "../target.ts";
import type { RequestKind } from "../workload.ts";
import { createInstruments } from "./instruments.ts";
import { listen } from "./listen.ts";

/** OpenTelemetry's SDK and its Prometheus exporter, without the scope's labels: with them a line is much longer. */
export async function startTarget(kinds: readonly RequestKind[]): Promise<Target> {
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const provider = new MeterProvider({ readers: [exporter] });
  return {
    url: await listen((response) => exporter.getMetricsRequestHandler(response.req, response)),
    record: createInstruments(provider.getMeter("bench"), kinds).record,
  };
}
