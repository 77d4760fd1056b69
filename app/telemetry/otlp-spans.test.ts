import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { OtlpSpans } from "./otlp-spans.ts";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

/** In hexadecimal, so that a difference can be read. */
function renderOurs(spans: readonly ReadableSpan[], gathered = new OtlpSpans()): string {
  for (const span of spans) gathered.add(span);
  return gathered.take().toString("hex");
}

function renderStock(spans: readonly ReadableSpan[]): string {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans]) ?? []).toString("hex");
}

const attributeSets: Readonly<Record<string, Attributes>> = {
  none: {},
  texts: {
    empty: "",
    short: "x",
    long: "a".repeat(10_000),
    "127 bytes": "b".repeat(127),
    "128 bytes": "c".repeat(128),
  },
  "texts beyond ASCII": { ü: "Gözcü", mixed: "plain, then ✓", wide: "🔭".repeat(100), "half a pair": "\ud83d" },
  flags: { yes: true, no: false },
  "whole numbers": { zero: 0, small: 1, byte: 127, two: 128, large: 2 ** 32, safe: Number.MAX_SAFE_INTEGER },
  "numbers below zero": { one: -1, large: -(2 ** 40), least: -(2 ** 63) },
  "numbers beyond 53 bits": { whole: 2 ** 60 },
  "other numbers": { half: 0.5, beyond: 2 ** 63, not: Number.NaN, infinite: Number.POSITIVE_INFINITY },
  lists: {
    texts: ["a", "", "é"],
    numbers: [1, 2.5, -3],
    flags: [true, false],
    gaps: ["a", null, undefined],
    empty: [],
  },
};

describe("spans as OTLP's protobuf", () => {
  test.each(Object.entries(attributeSets))("are what OpenTelemetry's own serializer makes: %s", (_, attributes) => {
    recorder.tracer.startSpan("work", { attributes }).end();
    expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
  });

  test.each(Object.entries(SpanKind).filter(([, kind]) => typeof kind === "number"))(
    "are so for the kind %s",
    (_, kind) => {
      recorder.tracer.startSpan("work", { kind: Number(kind) }).end();
      expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
    },
  );

  test("are so with events, links, statuses, states, parents here and elsewhere, and another scope between them", () => {
    const traceState = createTraceState("one=1,two=2");
    const elsewhere = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "00f067aa0ba902b7",
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
      traceState,
    });
    const server = recorder.tracer.startSpan("GET /", { kind: SpanKind.SERVER }, elsewhere);
    const inner = recorder.tracer.startSpan("inner", {}, trace.setSpan(elsewhere, server));
    inner.addEvent("tried", { attempt: 2 }, [1_700_000_000, 999_999_999]).addEvent("bare");
    inner.recordException(new TypeError("gone"));
    inner.addLink({ context: server.spanContext(), attributes: { of: "its server" } });
    inner.addLink({ context: { ...server.spanContext(), traceFlags: TraceFlags.NONE, isRemote: true } });
    inner.setStatus({ code: SpanStatusCode.ERROR, message: "gone" }).end();
    recorder.provider.getTracer("another", "1.2.3").startSpan("between").end();
    server.setStatus({ code: SpanStatusCode.OK }).end();
    expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
  });

  test("are so where something was dropped", () => {
    const span = recorder.tracer.startSpan("crowded");
    for (let i = 0; i < 200; i += 1) span.setAttribute(`key ${i}`, i).addEvent(`event ${i}`);
    for (let i = 0; i < 200; i += 1) span.addLink({ context: span.spanContext() });
    span.end();
    expect(recorder.spans()).toMatchObject([
      { droppedAttributesCount: 72, droppedEventsCount: 72, droppedLinksCount: 72 },
    ]);
    expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
  });

  test("are so for the spans of what enters the process", () => {
    const { span } = recorder.entries.begin("process image", SpanKind.CONSUMER, ROOT_CONTEXT);
    span.setAttribute("job.id", "17").recordException(new Error("no picture"));
    span.setStatus({ code: SpanStatusCode.ERROR, message: "no picture" }).end();
    expect(recorder.spans()).toHaveLength(1);
    expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
  });

  test.each([
    ["of the days of Unix' beginning", [0, 1]],
    ["where the nanoseconds' lower half is full", [4, 294_967_295]],
    ["where it runs over", [4, 294_967_296]],
    ["today, to the nanosecond", [1_764_364_800, 123_456_789]],
    ["in a hundred years", [4_900_000_000, 999_999_999]],
  ] as const)("have times %s", (_, [seconds, nanoseconds]) => {
    const span = recorder.tracer.startSpan("timed", { startTime: [seconds, nanoseconds] });
    span.end([seconds + 1, nanoseconds]);
    expect(renderOurs(recorder.spans())).toBe(renderStock(recorder.spans()));
  });

  test("can be gathered again after they were taken, and only the new ones are in", () => {
    const gathered = new OtlpSpans();
    recorder.tracer.startSpan("first", { attributes: { large: "x".repeat(2_000_000) } }).end();
    renderOurs(recorder.spans(), gathered);
    expect(gathered.count).toBe(0);
    recorder.tracer.startSpan("second").end();
    const second = recorder.spans().slice(1);
    expect(renderOurs(second, gathered)).toBe(renderStock(second));
  });

  test("a request that has been taken stays as it is while others are gathered", () => {
    const gathered = new OtlpSpans();
    recorder.tracer.startSpan("first").end();
    recorder.tracer.startSpan("second").end();
    const [first, second] = recorder.spans();
    if (first === undefined || second === undefined) throw new Error("no spans");
    gathered.add(first);
    const taken = gathered.take();
    gathered.add(second);
    gathered.take();
    expect(taken.toString("hex")).toBe(renderStock([first]));
  });
});
