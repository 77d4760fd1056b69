import { describe, expect, test } from "@jest/globals";
import { countJsonSpans, countProtobufSpans } from "./span-count.ts";

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const serverSpan = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  parentSpanId: "00f067aa0ba902b7",
  name: "GET /api/ping",
  kind: 2,
  attributes: [attribute("url.path", "/api/ping"), attribute("http.route", "/api/ping")],
};
const innerSpan = { ...serverSpan, kind: 1, attributes: [attribute("url.path", "/api/ping")] };
const otherSpan = { ...serverSpan, attributes: [attribute("http.route", "/other")] };
const resource = { attributes: [attribute("service.name", "bench")] };
const expected = { spans: 4, serverSpans: 3, routedSpans: 2 };
const spans = [serverSpan, innerSpan, serverSpan, otherSpan];

/** A length-delimited field; numbers are written as they are. */
function field(number: number, value: Buffer | number): Buffer {
  if (typeof value === "number") return Buffer.from([number << 3, value]);
  const length = value.length < 128 ? [value.length] : [(value.length & 127) | 128, value.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), value]);
}

const protobufAttribute = ({ key, value }: ReturnType<typeof attribute>) =>
  Buffer.concat([field(1, Buffer.from(key)), field(2, field(1, Buffer.from(value.stringValue)))]);

const protobufSpan = (span: typeof serverSpan) =>
  Buffer.concat([
    field(1, Buffer.from(span.traceId, "hex")),
    field(2, Buffer.from(span.spanId, "hex")),
    field(5, Buffer.from(span.name)),
    field(6, span.kind),
    // start_time_unix_nano is fixed64, flags is fixed32.
    Buffer.concat([Buffer.from([(7 << 3) | 1]), Buffer.alloc(8, 0x12)]),
    Buffer.concat([Buffer.from([(16 << 3) | 5 | 128, 1]), Buffer.alloc(4, 0x32)]),
    ...span.attributes.map((row) => field(9, protobufAttribute(row))),
  ]);

describe("the collector's count", () => {
  test("tells spans, those of requests and those with the route apart, in JSON", () => {
    const scopeSpans = [{ scope: { name: "one" }, spans: spans.slice(0, 1) }, { spans: spans.slice(1) }];
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
    expect(countJsonSpans(Buffer.from(body))).toEqual(expected);
  });

  test("does so in protobuf too", () => {
    const scope = (some: readonly (typeof serverSpan)[]) =>
      field(2, Buffer.concat(some.map((span) => field(2, protobufSpan(span)))));
    const resourceField = field(1, field(1, protobufAttribute(attribute("service.name", "bench"))));
    const body = field(1, Buffer.concat([resourceField, scope(spans.slice(0, 1)), scope(spans.slice(1))]));
    expect(countProtobufSpans(body)).toEqual(expected);
  });

  test("is nothing of an empty request", () => {
    const none = { spans: 0, serverSpans: 0, routedSpans: 0 };
    expect(countJsonSpans(Buffer.from('{"resourceSpans":[]}'))).toEqual(none);
    expect(countProtobufSpans(Buffer.alloc(0))).toEqual(none);
  });
});
