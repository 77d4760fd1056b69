import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import type { EntrySpan } from "./entry-span.ts";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

const begin = (around = ROOT_CONTEXT) => recorder.entries.begin("GET", SpanKind.SERVER, around).span;
const unsampled: SpanContext = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: TraceFlags.NONE };

describe("the tail", () => {
  /** Restarts with nothing sampled. */
  async function sampleNone(tail: boolean): Promise<void> {
    await recorder.close();
    recorder = createSpanRecorder({ ratio: 0, tail });
  }
  const fail = (span: Span) => span.setStatus({ code: SpanStatusCode.ERROR });
  const beSlow = (span: EntrySpan) => {
    span.slowerThanMs = -1;
  };

  test("keeps what failed, with all that it was told", async () => {
    await sampleNone(true);
    const span = begin();
    span.setAttribute("job.id", "17").recordException(new RangeError("too large"));
    fail(span);
    span.end();
    const [kept] = recorder.spans();
    expect(kept?.attributes).toEqual({ "job.id": "17", "gozcu.kept": "error" });
    expect(kept?.events).toMatchObject([{ name: "exception" }]);
    expect(kept?.spanContext().traceFlags).toBe(TraceFlags.SAMPLED);
  });

  test("keeps what took longer than it should", async () => {
    await sampleNone(true);
    const span = begin();
    beSlow(span);
    span.end();
    expect(recorder.spans()).toMatchObject([{ attributes: { "gozcu.kept": "slow" } }]);
  });

  test("keeps neither what went well, nor more than once", async () => {
    await sampleNone(true);
    for (let n = 0; n < 1_000; n += 1) begin().setAttribute("n", n).end();
    const failed = begin();
    fail(failed);
    failed.end();
    failed.end();
    expect(recorder.spans()).toEqual([failed]);
  });

  test("keeps the ids that were given out before", async () => {
    await sampleNone(true);
    const span = begin();
    const { traceId, spanId, traceFlags } = span.spanContext();
    expect(traceFlags).toBe(TraceFlags.NONE);
    fail(span);
    span.end();
    expect(recorder.spans()[0]?.spanContext()).toMatchObject({ traceId, spanId });
  });

  test("keeps the trace of a caller that does not sample it", async () => {
    await sampleNone(true);
    const span = begin(trace.setSpanContext(ROOT_CONTEXT, unsampled));
    fail(span);
    span.end();
    const [kept] = recorder.spans();
    expect(kept?.spanContext().traceId).toBe("a".repeat(32));
    expect(kept?.parentSpanContext?.spanId).toBe("b".repeat(16));
  });

  test("does not keep a hand-over, as what it hands over has an entry of its own", async () => {
    await sampleNone(true);
    const span = recorder.entries.begin("enqueue", SpanKind.PRODUCER, ROOT_CONTEXT).span;
    fail(span);
    span.end();
    expect(recorder.spans()).toEqual([]);
  });

  test("does not make a span look recorded before it is known to be kept", async () => {
    await sampleNone(true);
    expect(begin().isRecording()).toBe(false);
  });

  test("leaves out its mark where head sampling had it anyway", () => {
    const span = begin();
    fail(span);
    span.end();
    expect(recorder.spans()[0]?.attributes).toEqual({});
  });

  test("keeps nothing when it is off", async () => {
    await sampleNone(false);
    const spans = [begin(), begin(), begin()];
    for (const span of spans) {
      fail(span.setAttribute("a", 1).addEvent("event"));
      beSlow(span);
      span.end();
      expect(span).toMatchObject({ attributes: {}, events: [], status: { code: SpanStatusCode.UNSET } });
    }
    expect(recorder.spans()).toEqual([]);
  });
});
