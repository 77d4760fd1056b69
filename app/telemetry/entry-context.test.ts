import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { createSpanRecorder } from "./span-recorder.ts";
import { caller } from "./test-caller.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder({ tail: true });
});
afterEach(() => recorder.close());

const begin = (around = ROOT_CONTEXT) => recorder.entries.begin("GET", SpanKind.SERVER, around);

describe("an entry's context", () => {
  const key = createContextKey("own");

  test("has its span, and the values around it", () => {
    const entry = begin(ROOT_CONTEXT.setValue(key, "around"));
    expect(trace.getSpan(entry)).toBe(entry.span);
    expect(entry.getValue(key)).toBe("around");
    expect(entry.getValue(createContextKey("unknown"))).toBeUndefined();
  });

  test("hides the span around it", () => {
    const entry = begin(trace.setSpanContext(ROOT_CONTEXT, caller(TraceFlags.SAMPLED)));
    expect(trace.getSpan(entry)).toBe(entry.span);
  });

  test("keeps its span in contexts with a value more or less", () => {
    const entry = begin(ROOT_CONTEXT.setValue(key, "around"));
    const more = entry.setValue(key, "inside");
    expect(more.getValue(key)).toBe("inside");
    expect(trace.getSpan(more)).toBe(entry.span);
    const less = entry.deleteValue(key);
    expect(less.getValue(key)).toBeUndefined();
    expect(trace.getSpan(less)).toBe(entry.span);
    expect(entry.getValue(key)).toBe("around");
  });

  test("gives way to another span, and to none", () => {
    const entry = begin();
    const inner = recorder.tracer.startSpan("inner", {}, entry);
    expect(trace.getSpan(trace.setSpan(entry, inner))).toBe(inner);
    expect(trace.getSpan(trace.deleteSpan(entry))).toBeUndefined();
  });

  test("is the parent of the spans that OpenTelemetry's SDK makes in it", () => {
    const entry = begin();
    const inner = context.with(entry, () => recorder.tracer.startActiveSpan("inner", (active) => active));
    inner.end();
    const [child] = recorder.spans();
    expect(child?.spanContext().traceId).toBe(entry.span.spanContext().traceId);
    expect(child?.parentSpanContext).toEqual(entry.span.spanContext());
  });

  test("makes OpenTelemetry's SDK make nothing where it is not sampled", () => {
    const entry = begin(trace.setSpanContext(ROOT_CONTEXT, caller(TraceFlags.NONE)));
    const inner = recorder.tracer.startSpan("inner", {}, entry);
    expect(inner.isRecording()).toBe(false);
    expect(inner.spanContext().traceId).toBe("a".repeat(32));
    inner.end();
    entry.span.end();
    expect(recorder.spans()).toEqual([]);
  });

  test("is worth a span when it is sampled, or when the tail has heard of trouble", () => {
    expect(begin().isWorthSpan(false)).toBe(true);
    const unsampled = () => begin(trace.setSpanContext(ROOT_CONTEXT, caller(TraceFlags.NONE)));
    expect(unsampled().isWorthSpan(false)).toBe(false);
    expect(unsampled().isWorthSpan(true)).toBe(true);
    const told = unsampled();
    told.span.setStatus({ code: SpanStatusCode.ERROR });
    expect(told.isWorthSpan(false)).toBe(true);
  });
});
