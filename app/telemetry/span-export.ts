import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { TelemetryLog } from "./log.ts";
import type { TelemetrySettings } from "./settings.ts";
import { createSpanBatches } from "./span-batches.ts";
import { createSpanSender } from "./span-sender.ts";

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

/** Makes the results of exports into lines of the log: one when an outage begins, one when it ends. */
function createOutageLog(target: string, log: TelemetryLog): (result: ExportResult) => void {
  let out = false;
  return (result) => {
    const failed = result.code !== ExportResultCode.SUCCESS;
    if (failed && !out) log("warn", `traces are dropped, as ${target} does not take them: ${reasonOf(result)}`);
    if (!failed && out) log("info", `traces go to ${target} again`);
    out = failed;
  };
}

/** What becomes of spans that have ended, by `OTEL_TRACES_EXPORTER`; undefined when nothing does. */
export function createSpanExport(settings: TelemetrySettings, log: TelemetryLog): SpanProcessor | undefined {
  const processors = {
    otlp: () => createOtlpExport(settings, log),
    console: () => new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }),
    none: () => undefined,
  };
  return processors[settings.OTEL_TRACES_EXPORTER ?? defaultExporter(settings)]();
}

/** To the processor every export is a success, as it would report each failure again, and could do nothing about one. */
function reportTo(tell: (result: ExportResult) => void, exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        tell(result);
        done({ code: ExportResultCode.SUCCESS });
      }),
    shutdown: () => exporter.shutdown(),
  };
}

/**
 * Sends spans in batches by OTLP/HTTP. What it may hold is bounded: a queue (`OTEL_BSP_MAX_QUEUE_SIZE`) that drops what
 * is too much, one batch under way, and at a flush as many as empty the queue. In protobuf, where it pays, the batches
 * are ours; in JSON, which is for reading along, all of it is OpenTelemetry's.
 */
function createOtlpExport(settings: TelemetrySettings, log: TelemetryLog): SpanProcessor {
  const url = tracesUrl(settings) ?? new URL(defaultTracesUrl);
  const {
    OTEL_BSP_MAX_QUEUE_SIZE: maxQueueSize,
    OTEL_BSP_SCHEDULE_DELAY: delayMs,
    OTEL_EXPORTER_OTLP_TIMEOUT: timeoutMillis,
  } = settings;
  const maxExportBatchSize = Math.min(maxBatch, maxQueueSize);
  const concurrencyLimit = 1 + Math.ceil(maxQueueSize / maxBatch);
  const tell = createOutageLog(url.origin + url.pathname, log);
  if (settings.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json") {
    return new BatchSpanProcessor({
      exporter: reportTo(tell, new OTLPTraceExporter({ url: url.href, timeoutMillis, concurrencyLimit })),
      maxQueueSize,
      maxExportBatchSize,
      scheduledDelayMillis: delayMs,
      // Only for a collector that answers without end: the exporter's own limit counts from the last byte.
      exportTimeoutMillis: timeoutMillis * 2,
    });
  }
  const sender = createSpanSender({ url: url.href, timeoutMillis, concurrencyLimit, tell });
  return createSpanBatches({ maxBatch: maxExportBatchSize, maxQueued: maxQueueSize, delayMs, ...sender });
}
