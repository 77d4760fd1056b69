import { register } from "node:module";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { ExpressInstrumentation } from "@opentelemetry/instrumentation-express";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/**
 * Express with OpenTelemetry's own instrumentation of HTTP and Express, as its documentation sets it up: the sampler and
 * the collector by the environment, everything else at its default. Nothing listens for a scraper: none comes while
 * requests are measured.
 */
export async function startTarget(): Promise<Target> {
  // Without the hook the instrumentation of what an ES module imports is silently missing, `http.route` first of all.
  register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
  const reader = new PrometheusExporter({ preventServerStart: true });
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() });
  const sdk = new NodeSDK({
    metricReaders: [reader],
    spanProcessors: [processor],
    logRecordProcessors: [],
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
  });
  sdk.start();

  const { default: express } = await import("express");
  const app = express();
  app.get(route, (_req, res) => void res.json(answerPing()));
  return {
    server: app.listen(address.port, address.host),
    readMetrics: async () => new PrometheusSerializer().serialize((await reader.collect()).resourceMetrics),
    flush: () => processor.forceFlush(),
  };
}
