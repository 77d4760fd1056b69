import type { SpanContext } from "@opentelemetry/api";
import { parseTraceParent, TraceState } from "@opentelemetry/core";

/** W3C trace context, as it travels in rows, queue entries and HTTP headers. @see https://www.w3.org/TR/trace-context/ */
export interface TraceCarrier {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/**
 * The span that a carrier tells of; undefined when it tells of none, or not as W3C has it. The same as
 * OpenTelemetry's `W3CTraceContextPropagator` extracts, without a context around it.
 */
export function spanContextOf({ traceparent, tracestate }: TraceCarrier): SpanContext | undefined {
  const caller = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (caller === null) return undefined;
  return { ...caller, isRemote: true, ...(tracestate && { traceState: new TraceState(tracestate) }) };
}

/** Tells of a span that is valid, as OpenTelemetry's propagator injects it. */
export function carrierOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceCarrier {
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState.serialize() };
}
