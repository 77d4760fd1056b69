import {
  context,
  diag,
  logs,
  type Meter,
  metrics as metricsApi,
  propagation,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import packageJson from "../../package.json" with { type: "json" };
import { createEntrySpans, type EntrySpans } from "./entry-spans.ts";
import { createHeadSampling } from "./head-sampling.ts";
import { createInPlaceMetrics } from "./in-place-metrics.ts";
import { createMetrics, instrumentationScope, type Metrics } from "./instruments.ts";
import { createQuietLog, routeDiagnostics, type TelemetryLog } from "./log.ts";
import { createScrapeEndpoint } from "./scrape-endpoint.ts";
import { parseTelemetrySettings, type TelemetrySettings } from "./settings.ts";
import { attributeValueLengthLimit, createSpanExport } from "./span-export.ts";
import { createTracing, type Tracing } from "./tracing.ts";

/** The longest that `flush` and `shutdown` wait for an exporter. */
const closeDeadlineMs = 5_000;

export interface Observability {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** For what makes entry spans of its own, as the HTTP server does; undefined when nothing is traced. */
  readonly entries: EntrySpans | undefined;
  /** Where Prometheus scrapes; undefined when the port could not be had, which is logged. Never rejects. */
  readonly prometheusUrl: Promise<string | undefined>;
  /** Sends the spans that have ended. Never rejects, and waits five seconds at most. */
  flush(): Promise<void>;
  /** Sends what is left and gives everything back, OpenTelemetry's globals too. Never rejects, and waits as `flush`. */
  shutdown(): Promise<void>;
}

export interface ObservabilityOptions {
  /** Read from the environment when not given; what is wrong there is logged and takes its default. */
  readonly settings?: TelemetrySettings;
  /** The version in this repository's package.json when not given. */
  readonly serviceVersion?: string;
  /** Standard error when not given. A fault that lasts is told once, not once a span. */
  readonly log?: TelemetryLog;
}

function writeToStandardError(level: string, message: string): void {
  process.stderr.write(`telemetry: ${level}: ${message}\n`);
}

function readEnvironment(log: TelemetryLog): TelemetrySettings {
  const { settings, problems } = parseTelemetrySettings(process.env);
  for (const problem of problems) log("error", `${problem}; the default is used`);
  return settings;
}

/** What the service says of itself. Not by the process detector: it publishes the command line, which may hold secrets. */
function createResource(serviceName: string, serviceVersion: string): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ [ATTR_SERVICE_VERSION]: serviceVersion }))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }))
    .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }));
}

/** Waits for what may fail or hang, and settles in time in any case. */
async function settleInTime(work: readonly Promise<unknown>[]): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, closeDeadlineMs);
  await Promise.race([Promise.allSettled(work), deadline.promise]);
  clearTimeout(timer);
}

/**
 * Starts OpenTelemetry for this process: metrics for Prometheus, with those of the Node runtime; traces by OTLP/HTTP when
 * an endpoint is set, or on the console in development; W3C trace context. Once a process: it registers OpenTelemetry's globals until `shutdown`.
 *
 * Telemetry is a guest. No exporter that is down, slow, misconfigured or talking nonsense makes this or anything that it
 * returns throw, wait, or grow without bound; it is logged.
 */
export function initObservability(serviceName: string, options: ObservabilityOptions = {}): Observability {
  const { log = writeToStandardError } = options;
  const settings = options.settings ?? readEnvironment(log);
  const spanExport = settings.ENABLE_TRACING ? createSpanExport(settings, log) : undefined;
  const head = createHeadSampling(settings);
  const inPlace = createInPlaceMetrics();
  const scrape = createScrapeEndpoint({
    host: settings.OTEL_EXPORTER_PROMETHEUS_HOST,
    port: settings.OTEL_EXPORTER_PROMETHEUS_PORT,
    producers: [inPlace.producer],
    log,
  });
  const runtime = new RuntimeNodeInstrumentation();
  const resource = createResource(serviceName, options.serviceVersion ?? packageJson.version);
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    textMapPropagator: new W3CTraceContextPropagator(),
    metricReaders: [scrape.reader],
    instrumentations: [runtime],
    sampler: head.sampler,
    spanLimits: { attributeValueLengthLimit },
    // Without any processor the SDK makes no spans, and nothing would have a trace id.
    spanProcessors: settings.ENABLE_TRACING ? [spanExport ?? new NoopSpanProcessor()] : [],
    // Given so that the SDK does not send logs by OTLP of its own accord.
    logRecordProcessors: [],
  });
  routeDiagnostics(createQuietLog(log));
  sdk.start();
  const meterProvider = inPlace.over(metricsApi.getMeterProvider());
  metricsApi.disable();
  metricsApi.setGlobalMeterProvider(meterProvider);

  const tracer = trace.getTracer(instrumentationScope);
  const meter = metricsApi.getMeter(instrumentationScope);
  const metrics = createMetrics(meter);
  const entries = settings.ENABLE_TRACING
    ? createEntrySpans({
        head,
        tail: settings.ENABLE_TAIL_SAMPLING && spanExport !== undefined,
        processor: spanExport ?? new NoopSpanProcessor(),
        resource,
        scope: { name: instrumentationScope },
      })
    : undefined;

  async function close(): Promise<void> {
    await settleInTime([sdk.shutdown(), scrape.close()]);
    runtime.disable();
    for (const api of [trace, metricsApi, logs, context, propagation, diag]) api.disable();
  }
  let closing: Promise<void> | undefined;
  return {
    tracer,
    meter,
    metrics,
    tracing: createTracing({ tracer, entries, metrics }),
    entries,
    prometheusUrl: scrape.url,
    flush: () => settleInTime(spanExport ? [spanExport.forceFlush()] : []),
    shutdown() {
      closing ??= close();
      return closing;
    },
  };
}
