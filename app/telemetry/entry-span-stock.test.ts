import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { spanLimits } from "./span-export.ts";
import { createSpanRecorder } from "./span-recorder.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
});
afterEach(() => recorder.close());

const made = new RangeError("too large");
const caller = (traceFlags: number): SpanContext => ({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags });

/** What a span may be told, by what is special about it. */
const told: Readonly<Record<string, (span: Span) => void>> = {
  nothing: () => undefined,
  "attributes, one of them twice and one undefined": (span) =>
    span
      .setAttributes({ a: 1, b: ["x", "y"], c: undefined })
      .setAttribute("a", true)
      .setAttribute("", "no key"),
  "too many attributes": (span) => {
    for (let n = 0; n < 200; n += 1) span.setAttribute(`key ${n}`, n);
    span.setAttribute("key 5", "again");
  },
  "too long a text": (span) => span.setAttribute("long", "x".repeat(10_000)),
  "a name": (span) => span.updateName("other"),
  "events with and without attributes": (span) =>
    span
      .addEvent("plain")
      .addEvent("rich", { a: 1, b: undefined })
      .addEvent("timed", 1_600_000_000_000)
      .addEvent("both", { a: 1 }, 1e12),
  "too many events": (span) => {
    for (let n = 0; n < 200; n += 1) span.addEvent(`event ${n}`);
  },
  "links with and without attributes": (span) =>
    span.addLink({ context: caller(1) }).addLinks([{ context: caller(0), attributes: { a: 1, b: undefined } }]),
  "too many links": (span) => {
    for (let n = 0; n < 200; n += 1) span.addLink({ context: caller(1), attributes: { n } });
  },
  "an exception": (span) => span.recordException(made),
  "an exception with a code": (span) => span.recordException(Object.assign(made, { code: "ECONNREFUSED" })),
  "an exception with a number for a code": (span) => span.recordException({ code: 7, message: "seven" }),
  "an exception that is a text": (span) => span.recordException("broken"),
  "an exception without a message": (span) => span.recordException({ name: "Odd", message: "" }),
  "an error's status": (span) => span.setStatus({ code: SpanStatusCode.ERROR, message: "broken" }),
  "a status that says too much": (span) => span.setStatus({ code: SpanStatusCode.OK, message: "fine" }),
  "an error after an OK, which is final": (span) =>
    span.setStatus({ code: SpanStatusCode.OK }).setStatus({ code: SpanStatusCode.ERROR, message: "broken" }),
  "an OK after an error": (span) =>
    span.setStatus({ code: SpanStatusCode.ERROR, message: "broken" }).setStatus({ code: SpanStatusCode.OK }),
  "an unset status after an error": (span) =>
    span.setStatus({ code: SpanStatusCode.ERROR }).setStatus({ code: SpanStatusCode.UNSET }),
};

function outline(span: ReadableSpan) {
  const { name, kind, attributes, links, status, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  // A time that was not given is that of the call.
  const events = span.events.map(({ time, ...event }) => ({ ...event, time: time[0] > 1_700_000_000 ? "now" : time }));
  const dropped = { droppedAttributesCount, droppedEventsCount, droppedLinksCount };
  return { name, kind, attributes, links, status, events, ...dropped, ended: span.ended };
}

describe("an entry span says what OpenTelemetry's span says", () => {
  test.each(Object.entries(told))("when it is told %s", (_name, tell) => {
    const stock = new TracerProvider({ spanLimits: { ...spanLimits } }).getTracer("stock");
    const theirs = stock.startSpan("GET", { kind: SpanKind.SERVER });
    const ours = recorder.entries.begin("GET", SpanKind.SERVER, ROOT_CONTEXT).span;
    for (const span of [theirs, ours]) {
      tell(span);
      span.end();
    }
    // The SDK's spans can be read too, which their type does not say.
    expect(outline(ours)).toEqual(outline(theirs as unknown as ReadableSpan));
  });
});
