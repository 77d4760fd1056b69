import { describe, expect, test } from "@jest/globals";
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { carrierOf, spanContextOf, type TraceCarrier } from "./trace-carrier.ts";

const propagator = new W3CTraceContextPropagator();
const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
const traceparent = `00-${traceId}-${spanId}-01`;

function extract(carrier: TraceCarrier) {
  const spanContext = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
  return spanContext && { ...spanContext, traceState: spanContext.traceState?.serialize() };
}

function inject(carrier: TraceCarrier): object {
  const injected = {};
  const within = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  propagator.inject(within, injected, defaultTextMapSetter);
  return injected;
}

const valid: readonly TraceCarrier[] = [
  { traceparent },
  { traceparent: `00-${traceId}-${spanId}-00` },
  { traceparent: `cc-${traceId}-${spanId}-01-what-comes-after` },
  { traceparent, tracestate: "vendor=1,other=2" },
  { traceparent, tracestate: "" },
  { traceparent, tracestate: "no state" },
];

const invalid: readonly TraceCarrier[] = [
  {},
  { tracestate: "vendor=1" },
  { traceparent: "" },
  { traceparent: `${traceparent}, ${traceparent}` },
  { traceparent: `ff-${traceId}-${spanId}-01` },
  { traceparent: `00-${traceId}-${spanId}-01-more` },
  { traceparent: `00-${"0".repeat(32)}-${spanId}-01` },
  { traceparent: `00-${traceId}-${"0".repeat(16)}-01` },
  { traceparent: `00-${traceId.toUpperCase()}-${spanId}-01` },
];

describe("a carrier", () => {
  test.each([...valid, ...invalid])("is read as OpenTelemetry's propagator reads it: %j", (carrier) => {
    const caller = spanContextOf(carrier);
    expect(caller && { ...caller, traceState: caller.traceState?.serialize() }).toEqual(extract(carrier));
  });

  test.each(invalid)("that tells of no span has none: %j", (carrier) => {
    expect(spanContextOf(carrier)).toBeUndefined();
  });

  test.each(valid)("is written as OpenTelemetry's propagator writes it: %j", (carrier) => {
    const caller = spanContextOf(carrier);
    expect(caller && carrierOf(caller)).toEqual(inject(carrier));
  });
});
