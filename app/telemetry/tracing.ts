import {
  type Attributes,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Metrics } from "./instruments.ts";
import { recordFailure } from "./span-failure.ts";

/** W3C trace context, as it travels in rows, queue entries and HTTP headers. */
export interface TraceCarrier {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** How business code meets tracing, without knowing OpenTelemetry. */
export interface Tracing {
  /** Runs `fn` inside an active span under the active one, or under `parent` when given. Records errors and rethrows. */
  run<T>(
    name: string,
    options: {
      readonly kind?: "internal" | "client" | "producer" | "consumer" | "server";
      readonly attributes?: SpanAttributes;
      readonly parent?: TraceCarrier;
    },
    fn: () => Promise<T>,
  ): Promise<T>;
  /** The active span as W3C headers; `{}` when there is none. */
  carrier(): TraceCarrier;
  /** The active trace's id, 32 hexadecimal digits. */
  traceId(): string | undefined;
  /** The active span's id, 16 hexadecimal digits. */
  spanId(): string | undefined;
  /** Adds to the active span. An `error.type` marks it as failed, as the semantic conventions have it. */
  annotate(attributes: SpanAttributes): void;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  server: SpanKind.SERVER,
} as const;

function activeSpanContext() {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** {@link Tracing} by an OpenTelemetry tracer. Its spans count in `active_spans`. */
export function createTracing(options: {
  readonly tracer: Tracer;
  readonly metrics: Pick<Metrics, "activeSpans">;
}): Tracing {
  const { tracer, metrics } = options;
  const propagator = new W3CTraceContextPropagator();
  return {
    async run(name, { kind = "internal", attributes = {}, parent }, fn) {
      const around = parent ? propagator.extract(ROOT_CONTEXT, parent, defaultTextMapGetter) : context.active();
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, around);
      metrics.activeSpans.add(1);
      try {
        return await context.with(trace.setSpan(around, span), fn);
      } catch (error) {
        recordFailure(span, error);
        throw error;
      } finally {
        metrics.activeSpans.add(-1);
        span.end();
      }
    },
    carrier() {
      const carrier: { traceparent?: string; tracestate?: string } = {};
      propagator.inject(context.active(), carrier, defaultTextMapSetter);
      return carrier;
    },
    traceId: () => activeSpanContext()?.traceId,
    spanId: () => activeSpanContext()?.spanId,
    annotate(attributes: Attributes) {
      const span = trace.getActiveSpan();
      span?.setAttributes(attributes);
      if (attributes["error.type"] !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}
