import type { ExportResult } from "@opentelemetry/core";
import { createOtlpNetworkExportDelegate, ExporterMetrics } from "@opentelemetry/otlp-exporter-base";
import { convertLegacyHttpOptions } from "@opentelemetry/otlp-exporter-base/node-http";
import { type IExportTraceServiceResponse, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { createOtlpTransport } from "./otlp-transport.ts";
import type { SpanBatch } from "./span-batches.ts";

interface SpanSenderOptions {
  readonly url: string;
  /** Of a batch, with its retries and the answer to its end. */
  readonly timeoutMillis: number;
  readonly concurrencyLimit: number;
  /** Told of each batch's result. */
  readonly tell: (result: ExportResult) => void;
}

/** Sends batches that are protobuf already, as OpenTelemetry's own exporter does. */
export function createSpanSender({ url, timeoutMillis, concurrencyLimit, tell }: SpanSenderOptions) {
  const options = convertLegacyHttpOptions({ url, timeoutMillis, concurrencyLimit }, "TRACES", "v1/traces", {
    "Content-Type": "application/x-protobuf",
  });
  const delegate = createOtlpNetworkExportDelegate<SpanBatch, IExportTraceServiceResponse>(
    options,
    { ...ProtobufTraceSerializer, serializeRequest: ({ request }) => request },
    new ExporterMetrics({
      componentType: "otlp_http_span_exporter",
      metricsHelper: { name: "span", countItems: ({ count }) => count },
      url,
      meterProvider: undefined,
      responseAttributesFromError: () => ({}),
    }),
    createOtlpTransport(options),
  );

  return {
    /** Settles in time, and never rejects. */
    send(batch: SpanBatch): Promise<void> {
      return new Promise((resolve) => {
        delegate.export(batch, (result) => {
          tell(result);
          resolve();
        });
      });
    },
    close: () => delegate.shutdown(),
  };
}
