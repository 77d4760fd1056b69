import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { diag } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import {
  AggregationTemporality,
  type IMetricReader,
  InstrumentType,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { renderExposition } from "./exposition.ts";
import type { TelemetryLog } from "./log.ts";

const path = "/metrics";

class ScrapeReader extends PrometheusExporter {
  /** The SDK goes on reporting a gauge that is no longer observed, unless it is asked for deltas: then it forgets. */
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return type === InstrumentType.OBSERVABLE_GAUGE
      ? AggregationTemporality.DELTA
      : super.selectAggregationTemporality(type);
  }

  /** Answers as the stock one does, a failure too, and takes less time to write the answer. */
  override getMetricsRequestHandler(_request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("content-type", "text/plain");
    void this.collect()
      .then(({ resourceMetrics, errors }) => {
        if (errors.length > 0) diag.error("not all metrics could be collected", ...errors);
        return renderExposition(resourceMetrics);
      })
      .catch((error: unknown) => `# failed to export metrics: ${String(error)}`)
      .then((text) => response.end(text));
  }
}

/**
 * Serves metrics to Prometheus on a port of their own. The server is ours, not the exporter's: that one takes port 0 for
 * 9464 and does not tell where it listens. It never keeps the process alive.
 * @returns `url` is undefined when the address cannot be listened on: that is logged, and the service goes on without.
 */
export function createScrapeEndpoint(options: {
  readonly host: string;
  readonly port: number;
  readonly log: TelemetryLog;
  /** Metrics that are aggregated elsewhere than in the SDK. */
  readonly producers?: readonly MetricProducer[];
}): { readonly reader: IMetricReader; readonly url: Promise<string | undefined>; close(): Promise<void> } {
  const { host, port, log, producers = [] } = options;
  const reader = new ScrapeReader({
    preventServerStart: true,
    withoutScopeInfo: true,
    metricProducers: [...producers],
  });
  const server = createServer((req, res) => {
    if (req.url?.split("?", 1)[0] === path) reader.getMetricsRequestHandler(req, res);
    else res.writeHead(404).end();
  }).unref();

  const at = (actualPort: number) => `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}${path}`;
  const listening = Promise.withResolvers<string | undefined>();
  server.on("error", (error) => {
    log(
      "error",
      `metrics are not served on ${at(port)}: ${error.message}; OTEL_EXPORTER_PROMETHEUS_PORT sets the port`,
    );
    listening.resolve(undefined);
  });
  server.listen({ host, port }, () => listening.resolve(at((server.address() as AddressInfo).port)));

  return {
    reader,
    url: listening.promise,
    async close() {
      const url = await listening.promise;
      if (url === undefined) return;
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
