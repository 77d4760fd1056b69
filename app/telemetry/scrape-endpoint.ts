import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { AggregationTemporality, type IMetricReader, InstrumentType } from "@opentelemetry/sdk-metrics";
import type { TelemetryLog } from "./log.ts";

const path = "/metrics";

/** The SDK goes on reporting a gauge that is no longer observed, unless it is asked for deltas: then it forgets. */
class ScrapeReader extends PrometheusExporter {
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return type === InstrumentType.OBSERVABLE_GAUGE
      ? AggregationTemporality.DELTA
      : super.selectAggregationTemporality(type);
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
}): { readonly reader: IMetricReader; readonly url: Promise<string | undefined>; close(): Promise<void> } {
  const { host, port, log } = options;
  const reader = new ScrapeReader({ preventServerStart: true, withoutScopeInfo: true });
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
