import { once } from "node:events";
import { register } from "node:module";
import { text } from "node:stream/consumers";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { ExpressInstrumentation } from "@opentelemetry/instrumentation-express";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import type { Telemetry } from "./app.ts";

/** OpenTelemetry's own instrumentation of HTTP and Express, with everything at its default. */
export async function startTelemetry(): Promise<Telemetry> {
  // Without the hook the instrumentation of what an ES module imports is silently missing, `http.route` first of all.
  register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
  const reader = new PrometheusExporter({ preventServerStart: true });
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() });
  const sdk = new NodeSDK({
    textMapPropagator: new W3CTraceContextPropagator(),
    metricReaders: [reader],
    spanProcessors: [processor],
    logRecordProcessors: [],
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
  });
  sdk.start();
  // Without labels for the scope, as the service has it.
  const serializer = new PrometheusSerializer("", false, undefined, false, true);

  const { default: express } = await import("express");
  const { default: http } = await import("node:http");
  return {
    express,
    serve: (app) => http.createServer(app),
    async call(url) {
      const [response] = await once(http.get(url), "response");
      return text(response);
    },
    readMetrics: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    flush: () => processor.forceFlush(),
  };
}
