import type { SpanContext, TraceFlags } from "@opentelemetry/api";

/** For tests only: the span of another service that calls. */
export const caller = (traceFlags: TraceFlags): SpanContext => ({
  ...{ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags, isRemote: true },
});
