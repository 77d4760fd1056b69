import { z } from "zod";
import { route } from "./target.ts";

/** What OTLP requests hold. */
export const SpanCountSchema = z.object({
  spans: z.int(),
  /** Spans of requests that a server took, one a request. */
  serverSpans: z.int(),
  /** Spans with the `http.route` that is measured. */
  routedSpans: z.int(),
});
export type SpanCount = Readonly<z.infer<typeof SpanCountSchema>>;

function countText(body: Buffer, text: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) count += 1;
  return count;
}

const json = {
  spans: Buffer.from('"spanId":'),
  serverSpans: Buffer.from('"kind":2,'),
  routedSpans: Buffer.from(`{"key":"http.route","value":{"stringValue":"${route}"}}`),
} as const satisfies Record<keyof SpanCount, Buffer>;

/** OTLP in JSON, without white space, as exporters write it. Searching for texts takes a hundredth of parsing. */
export function countJsonSpans(body: Buffer): SpanCount {
  return {
    spans: countText(body, json.spans),
    serverSpans: countText(body, json.serverSpans),
    routedSpans: countText(body, json.routedSpans),
  };
}

/** An `http.route` attribute in protobuf: its key, then the lengths and the tag of its value. */
const protobufRoute = Buffer.concat([
  Buffer.from("http.route"),
  Buffer.from([0x12, route.length + 2, 0x0a, route.length]),
  Buffer.from(route),
]);

/** The number of the field and the bytes of a length-delimited one; for a number its value. */
interface Field {
  readonly number: number;
  readonly value: Buffer | number;
}

/** The fields of a protobuf message. @see https://protobuf.dev/programming-guides/encoding/ */
function* readFields(message: Buffer): Generator<Field> {
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let factor = 1; at < message.length; factor *= 128) {
      const byte = message.readUInt8(at);
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = readVarint();
    const [number, type] = [tag >>> 3, tag & 7];
    if (type === 0) yield { number, value: readVarint() };
    else {
      const length = type === 2 ? readVarint() : type === 1 ? 8 : 4;
      yield { number, value: message.subarray(at, at + length) };
      at += length;
    }
  }
}

function* readMessages(messages: Iterable<Buffer>, field: number): Generator<Buffer> {
  for (const message of messages)
    for (const { number, value } of readFields(message)) if (number === field && typeof value !== "number") yield value;
}

/**
 * OTLP in protobuf: `resource_spans` (1) holds `scope_spans` (2) holds `spans` (2), whose `kind` is field 6.
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function countProtobufSpans(body: Buffer): SpanCount {
  let [spans, serverSpans, routedSpans] = [0, 0, 0];
  for (const span of readMessages(readMessages(readMessages([body], 1), 2), 2)) {
    spans += 1;
    for (const { number, value } of readFields(span)) if (number === 6 && value === 2) serverSpans += 1;
    if (span.includes(protobufRoute)) routedSpans += 1;
  }
  return { spans, serverSpans, routedSpans };
}
