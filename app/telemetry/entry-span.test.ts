import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import { createSpanRecorder } from "./span-recorder.ts";
import { caller } from "./test-caller.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

const begin = (around = ROOT_CONTEXT) => recorder.entries.begin("GET", SpanKind.SERVER, around).span;

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
