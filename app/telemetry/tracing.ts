import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { EntryContext } from "./entry-context.ts";
import type { EntrySpans } from "./entry-spans.ts";
import type { Metrics } from "./instruments.ts";
import { recordFailure } from "./span-failure.ts";
import { carrierOf, spanContextOf, type TraceCarrier } from "./trace-carrier.ts";

type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

interface RunOptions {
  readonly kind?: "internal" | "client" | "producer" | "consumer" | "server";
  readonly attributes?: SpanAttributes;
  /** Where the trace comes from, instead of the active span. */
  readonly parent?: TraceCarrier;
  /** An entry that took longer is kept even when it was not sampled. */
  readonly slowerThanMs?: number;
}

/** How business code meets tracing, without knowing OpenTelemetry. */
export interface Tracing {
  /** Runs `fn` inside an active span under the active one, or under `parent` when given. Records errors and rethrows. */
  run<T>(name: string, options: RunOptions, fn: () => Promise<T>): Promise<T>;
  /**
   * A call to another program: `fn` in a client span where the active span is recorded, else `fn` alone. It begins no
   * trace. `describe` is asked only for a span; `annotate` adds to the span, if there is one.
   */
  call<T>(
    describe: () => { readonly name: string; readonly attributes: SpanAttributes },
    fn: (annotate: (attributes: SpanAttributes) => void) => Promise<T>,
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
  const active = context.active();
  if (active instanceof EntryContext) return active.span.spanContext();
  const spanContext = trace.getSpanContext(active);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

function ignore(): void {}

/**
 * Whether spans can be made under what is active: `none` is there, or one that is `unrecorded` and leaves no trace of
 * what is under it. An entry is asked itself, so that it need not make its span for that.
 */
function readActive(around: Context): "none" | "unrecorded" | "recorded" {
  if (around instanceof EntryContext) return around.sampled ? "recorded" : "unrecorded";
  const above = trace.getSpan(around);
  if (above === undefined) return "none";
  const recorded = above.isRecording() || (above.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  return recorded ? "recorded" : "unrecorded";
}

/**
 * {@link Tracing} by an OpenTelemetry tracer. Spans with a `parent` of their own, or with none at all, are entry spans;
 * under a span that is not recorded nothing is made. What `run` runs counts in `active_spans` all the same.
 *
 * @param options.entries none when nothing is to be traced: then a caller's trace is passed on, and no more.
 */
export function createTracing(options: {
  readonly tracer: Tracer;
  readonly entries: EntrySpans | undefined;
  readonly metrics: Pick<Metrics, "activeSpans">;
}): Tracing {
  const { tracer, entries, metrics } = options;

  /** The span to run in with its context, or a context alone; nothing when the active one will do. */
  function begin(name: string, { kind = "internal", attributes = {}, parent, slowerThanMs }: RunOptions) {
    const caller = parent && spanContextOf(parent);
    const around = parent ? ROOT_CONTEXT : context.active();
    if (entries === undefined) return parent && { within: caller ? trace.setSpanContext(around, caller) : around };
    const active = parent ? "none" : readActive(around);
    if (active === "none") {
      const within = entries.begin(name, kinds[kind], around, caller);
      const span = within.span.setAttributes(attributes);
      if (slowerThanMs !== undefined) span.slowerThanMs = slowerThanMs;
      return { span, within };
    }
    if (active === "unrecorded") return undefined;
    const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, around);
    return { span, within: trace.setSpan(around, span) };
  }

  const tracing: Tracing = {
    async run(name, options, fn) {
      metrics.activeSpans.add(1);
      const begun = begin(name, options);
      try {
        return await (begun ? context.with(begun.within, fn) : fn());
      } catch (error) {
        if (begun?.span) recordFailure(begun.span, error);
        throw error;
      } finally {
        metrics.activeSpans.add(-1);
        begun?.span?.end();
      }
    },
    call(describe, fn) {
      if (entries === undefined || readActive(context.active()) !== "recorded") return fn(ignore);
      const { name, attributes } = describe();
      return tracing.run(name, { kind: "client", attributes }, () => fn(tracing.annotate));
    },
    carrier() {
      const spanContext = isTracingSuppressed(context.active()) ? undefined : activeSpanContext();
      return spanContext === undefined ? {} : carrierOf(spanContext);
    },
    traceId: () => activeSpanContext()?.traceId,
    spanId: () => activeSpanContext()?.spanId,
    annotate(attributes: Attributes) {
      const span = trace.getActiveSpan();
      span?.setAttributes(attributes);
      if (attributes["error.type"] !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
  return tracing;
}
