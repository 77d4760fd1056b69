import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import { type IExportTraceServiceResponse, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { SpanBatch } from "./span-batches.ts";

interface SpanSenderOptions {
  readonly url: string;
  /** Of one request, from its last byte to the answer's beginning. */
  readonly timeoutMillis: number;
  readonly concurrencyLimit: number;
  /** Of a batch, with its retries and the answer to its end. */
  readonly deadlineMs: number;
  /** Told of each batch's result. */
  readonly tell: (result: ExportResult) => void;
}

/** Sends batches that are protobuf already, through OpenTelemetry's own OTLP/HTTP transport with its retries. */
export function createSpanSender({ url, timeoutMillis, concurrencyLimit, deadlineMs, tell }: SpanSenderOptions) {
  const delegate = createOtlpHttpExportDelegate<SpanBatch, IExportTraceServiceResponse>(
    convertLegacyHttpOptions({ url, timeoutMillis, concurrencyLimit }, "TRACES", "v1/traces", {
      "Content-Type": "application/x-protobuf",
    }),
    { ...ProtobufTraceSerializer, serializeRequest: ({ request }) => request },
    "otlp_http_span_exporter",
    { name: "span", countItems: ({ count }) => count },
    undefined,
  );

  return {
    /** Settles in time, and never rejects. */
    send(batch: SpanBatch): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(finish, deadlineMs, {
        code: ExportResultCode.FAILED,
        error: new Error("no end of its answer"),
      });
      function finish(result: ExportResult): void {
        clearTimeout(deadline);
        tell(result);
        resolve();
      }
      delegate.export(batch, finish);
      return promise;
    },
    close: () => delegate.shutdown(),
  };
}
