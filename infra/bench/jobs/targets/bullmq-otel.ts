import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import { BullMQOtel } from "bullmq-otel";
import { readScrape } from "../../scrape/text.ts";
import { payload, type Target } from "../target.ts";

/** The histogram that bullmq-otel records at the end of a job. */
const histogram = "bullmq_job_duration_count";

/** BullMQ with its own telemetry, as its documentation sets it up: sampler and collector by the environment. */
export async function startTarget(): Promise<Target> {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() });
  const sdk = new NodeSDK({ metricReaders: [reader], spanProcessors: [processor], logRecordProcessors: [] });
  sdk.start();
  return {
    telemetry: new BullMQOtel({ tracerName: "bench", meterName: "bench", enableMetrics: true }),
    add: (send) => send(payload),
    handle: (_job, work) => work(),
    flush: () => processor.forceFlush(),
    async readCounts() {
      const { resourceMetrics } = await reader.collect();
      return [readScrape(new PrometheusSerializer().serialize(resourceMetrics)).sumOf(histogram)];
    },
  };
}
