import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { TelemetryLog } from "./log.ts";
import type { TelemetrySettings } from "./settings.ts";

/** Longer texts in attributes are cut, so that the queue of spans is bounded in bytes too. */
export const attributeValueLengthLimit = 8_192;

/** Those of OpenTelemetry, but for the one above. */
export const spanLimits = {
  attributeCountLimit: 128,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributeValueLengthLimit,
} as const;

const maxBatch = 512;

/** OpenTelemetry's own, for who asks for `otlp` and names no endpoint. */
const defaultTracesUrl = "http://localhost:4318/v1/traces";

/** Where the collector takes traces, if there is one. */
function tracesUrl(settings: TelemetrySettings): URL | undefined {
  if (settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return new URL(settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const base = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  return base === undefined ? undefined : new URL(`${base.replace(/\/+$/, "")}/v1/traces`);
}

/** Somebody who develops wants to see the spans; anybody else would find their terminal flooded. */
function defaultExporter(settings: TelemetrySettings): "otlp" | "console" | "none" {
  if (tracesUrl(settings)) return "otlp";
  return settings.NODE_ENV === "development" ? "console" : "none";
}

function reasonOf({ error }: ExportResult): string {
  const code = error !== undefined && "code" in error ? String(error.code) : "";
  return [code, error?.message].filter(Boolean).join(" ") || "no reason given";
}

/**
 * Tells of an outage once when it begins and once when it ends. To the processor every export is a success, as it would
 * report each failure again, and there is nothing that it could do about one.
 */
function announceOutages(exporter: SpanExporter, target: string, log: TelemetryLog): SpanExporter {
  let out = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !out) log("warn", `traces are dropped, as ${target} does not take them: ${reasonOf(result)}`);
        if (!failed && out) log("info", `traces go to ${target} again`);
        out = failed;
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

const exporters = { "http/protobuf": ProtobufExporter, "http/json": JsonExporter } as const;

/** What becomes of spans that have ended, by `OTEL_TRACES_EXPORTER`; undefined when nothing does. */
export function createSpanExport(settings: TelemetrySettings, log: TelemetryLog): SpanProcessor | undefined {
  const processors = {
    otlp: () => createOtlpExport(settings, log),
    console: () => new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }),
    none: () => undefined,
  };
  return processors[settings.OTEL_TRACES_EXPORTER ?? defaultExporter(settings)]();
}

/**
 * Sends spans in batches by OTLP/HTTP. What it may hold is bounded: a queue
 * (`OTEL_BSP_MAX_QUEUE_SIZE`) that drops what is too much, one batch under way, and at a flush as many as empty the
 * queue.
 */
function createOtlpExport(settings: TelemetrySettings, log: TelemetryLog): SpanProcessor {
  const url = tracesUrl(settings) ?? new URL(defaultTracesUrl);
  const maxQueueSize = settings.OTEL_BSP_MAX_QUEUE_SIZE;
  const timeoutMillis = settings.OTEL_EXPORTER_OTLP_TIMEOUT;
  const concurrencyLimit = 1 + Math.ceil(maxQueueSize / maxBatch);
  const exporter = new exporters[settings.OTEL_EXPORTER_OTLP_PROTOCOL]({
    url: url.href,
    timeoutMillis,
    concurrencyLimit,
  });
  return new BatchSpanProcessor({
    exporter: announceOutages(exporter, url.origin + url.pathname, log),
    maxQueueSize,
    maxExportBatchSize: Math.min(maxBatch, maxQueueSize),
    scheduledDelayMillis: settings.OTEL_BSP_SCHEDULE_DELAY,
    // Only for a collector that answers without end: the exporter's own limit counts from the last byte.
    exportTimeoutMillis: timeoutMillis * 2,
  });
}
