import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

const begin = (around = ROOT_CONTEXT) => recorder.entries.begin("GET", SpanKind.SERVER, around);
const caller = (traceFlags: TraceFlags): SpanContext => ({
  ...{ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags, isRemote: true },
});

describe("an entry span", () => {
  test("begins a trace with valid ids, which stay the same", () => {
    const span = begin();
    const ids = span.spanContext();
    expect(isSpanContextValid(ids)).toBe(true);
    expect(ids.traceFlags).toBe(TraceFlags.SAMPLED);
    expect(span.spanContext()).toBe(ids);
    span.end();
    expect(recorder.spans()[0]?.spanContext()).toEqual(ids);
    expect(recorder.spans()[0]?.parentSpanContext).toBeUndefined();
  });

  test("goes on with a caller's trace and its decision", () => {
    for (const flags of [TraceFlags.SAMPLED, TraceFlags.NONE]) {
      const parent = caller(flags);
      const span = begin(trace.setSpanContext(ROOT_CONTEXT, parent));
      expect(span.spanContext()).toMatchObject({ traceId: parent.traceId, traceFlags: flags });
      expect(span.spanContext().spanId).not.toBe(parent.spanId);
      expect(span.parentSpanContext).toBe(parent);
      expect(span.isRecording()).toBe(flags === TraceFlags.SAMPLED);
    }
  });

  test("begins a trace of its own where the caller's is invalid", () => {
    const span = begin(trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT));
    expect(span.parentSpanContext).toBeUndefined();
    expect(isSpanContextValid(span.spanContext())).toBe(true);
  });

  test("measures on the monotonic clock, and begins by the wall clock", () => {
    const [wall, monotonic] = [Date.now(), performance.now()];
    const span = begin();
    span.end();
    const longest = performance.now() - monotonic;
    // Taken back from the end in whole milliseconds, so that no child is older.
    expect(hrTimeToMilliseconds(span.startTime)).toBeGreaterThanOrEqual(wall - 2);
    expect(hrTimeToMilliseconds(span.startTime)).toBeLessThanOrEqual(Date.now());
    expect(hrTimeToMilliseconds(span.duration)).toBeGreaterThan(0);
    expect(hrTimeToMilliseconds(span.duration)).toBeLessThanOrEqual(longest);
    const took = hrTimeToMilliseconds(span.endTime) - hrTimeToMilliseconds(span.startTime);
    expect(took).toBeCloseTo(hrTimeToMilliseconds(span.duration), 2);
  });

  test("ends once, and takes nothing after that", () => {
    const span = begin();
    expect(span.isRecording()).toBe(true);
    span.end();
    span.setAttribute("late", true).addEvent("late").updateName("late").setStatus({ code: SpanStatusCode.ERROR });
    span.addLink({ context: caller(TraceFlags.SAMPLED) }).recordException("late");
    span.end();
    expect(span.isRecording()).toBe(false);
    expect(recorder.spans()).toEqual([span]);
    expect(span).toMatchObject({ name: "GET", attributes: {}, events: [], links: [], status: { code: 0 } });
  });

  test("shares nothing with other spans that have nothing either", () => {
    const [one, other] = [begin(), begin()];
    one
      .setAttribute("a", 1)
      .addEvent("event")
      .addLink({ context: caller(TraceFlags.SAMPLED) });
    expect(other).toMatchObject({ attributes: {}, events: [], links: [] });
  });

  test("is described at its end, but what it was told before stands", () => {
    const span = begin();
    span.setAttributes({ "error.type": "timeout", "job.id": "17" });
    expect(span.stop()).toBe(true);
    span.describe("GET /api", { "error.type": "500", "http.route": "/api" });
    span.export();
    const [exported] = recorder.spans();
    expect(exported?.name).toBe("GET /api");
    expect(exported?.attributes).toEqual({ "error.type": "timeout", "job.id": "17", "http.route": "/api" });
  });
});

describe("an entry span as a context", () => {
  const key = createContextKey("own");

  test("has itself as its span, and the values around it", () => {
    const span = begin(ROOT_CONTEXT.setValue(key, "around"));
    expect(trace.getSpan(span)).toBe(span);
    expect(span.getValue(key)).toBe("around");
    expect(span.getValue(createContextKey("unknown"))).toBeUndefined();
  });

  test("hides the span around it", () => {
    const span = begin(trace.setSpanContext(ROOT_CONTEXT, caller(TraceFlags.SAMPLED)));
    expect(trace.getSpan(span)).toBe(span);
  });

  test("keeps its span in contexts with a value more or less", () => {
    const span = begin(ROOT_CONTEXT.setValue(key, "around"));
    const more = span.setValue(key, "inside");
    expect(more.getValue(key)).toBe("inside");
    expect(trace.getSpan(more)).toBe(span);
    const less = span.deleteValue(key);
    expect(less.getValue(key)).toBeUndefined();
    expect(trace.getSpan(less)).toBe(span);
    expect(span.getValue(key)).toBe("around");
  });

  test("gives way to another span, and to none", () => {
    const span = begin();
    const inner = recorder.tracer.startSpan("inner", {}, span);
    expect(trace.getSpan(trace.setSpan(span, inner))).toBe(inner);
    expect(trace.getSpan(trace.deleteSpan(span))).toBeUndefined();
  });

  test("is the parent of the spans that OpenTelemetry's SDK makes in it", () => {
    const span = begin();
    const inner = context.with(span, () => recorder.tracer.startActiveSpan("inner", (active) => active));
    inner.end();
    const [child] = recorder.spans();
    expect(child?.spanContext().traceId).toBe(span.spanContext().traceId);
    expect(child?.parentSpanContext).toEqual(span.spanContext());
  });

  test("makes OpenTelemetry's SDK make nothing where it is not sampled", () => {
    const span = begin(trace.setSpanContext(ROOT_CONTEXT, caller(TraceFlags.NONE)));
    const inner = recorder.tracer.startSpan("inner", {}, span);
    expect(inner.isRecording()).toBe(false);
    expect(inner.spanContext().traceId).toBe("a".repeat(32));
    inner.end();
    span.end();
    expect(recorder.spans()).toEqual([]);
  });
});
