interface Field {
  readonly name: string;
  /** One of the scalars below, or the name of a message. */
  readonly type: string;
  readonly repeated?: true;
}

/**
 * The messages of OTLP's traces by the numbers of their fields, under the names that they have in OTLP's JSON.
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
const messages: Readonly<Record<string, Readonly<Record<number, Field>>>> = {
  request: { 1: { name: "resourceSpans", type: "resourceSpans", repeated: true } },
  resourceSpans: {
    1: { name: "resource", type: "resource" },
    2: { name: "scopeSpans", type: "scopeSpans", repeated: true },
  },
  resource: { 1: { name: "attributes", type: "attribute", repeated: true } },
  scopeSpans: { 2: { name: "spans", type: "span", repeated: true } },
  span: {
    1: { name: "traceId", type: "hex" },
    2: { name: "spanId", type: "hex" },
    4: { name: "parentSpanId", type: "hex" },
    5: { name: "name", type: "text" },
    6: { name: "kind", type: "number" },
    7: { name: "startTimeUnixNano", type: "nanoseconds" },
    8: { name: "endTimeUnixNano", type: "nanoseconds" },
    9: { name: "attributes", type: "attribute", repeated: true },
    15: { name: "status", type: "status" },
  },
  status: { 2: { name: "message", type: "text" }, 3: { name: "code", type: "number" } },
  attribute: { 1: { name: "key", type: "text" }, 2: { name: "value", type: "value" } },
  value: {
    1: { name: "stringValue", type: "text" },
    2: { name: "boolValue", type: "flag" },
    3: { name: "intValue", type: "number" },
    4: { name: "doubleValue", type: "double" },
  },
};

const scalars: Readonly<Record<string, (bytes: Buffer, varint: bigint) => unknown>> = {
  hex: (bytes) => bytes.toString("hex"),
  text: (bytes) => bytes.toString(),
  number: (_bytes, varint) => Number(BigInt.asIntN(64, varint)),
  nanoseconds: (bytes) => bytes.readBigUInt64LE().toString(),
  double: (bytes) => bytes.readDoubleLE(),
  flag: (_bytes, varint) => varint !== 0n,
};

/** The numbers and values of a message's fields. @see https://protobuf.dev/programming-guides/encoding/ */
function* readFields(message: Buffer): Generator<{ readonly number: number; bytes: Buffer; varint: bigint }> {
  let at = 0;
  function readVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  while (at < message.length) {
    const tag = Number(readVarint());
    const type = tag & 7;
    const varint = type === 0 ? readVarint() : 0n;
    const length = type === 0 ? 0 : type === 1 ? 8 : type === 5 ? 4 : Number(readVarint());
    if (at + length > message.length) throw new RangeError(`a field of ${length} bytes goes beyond its message`);
    yield { number: tag >>> 3, bytes: message.subarray(at, at + length), varint };
    at += length;
  }
}

function decode(type: string, message: Buffer): object {
  const decoded: Record<string, unknown> = {};
  for (const { number, bytes, varint } of readFields(message)) {
    const field = messages[type]?.[number];
    if (field === undefined) continue;
    const value = scalars[field.type]?.(bytes, varint) ?? decode(field.type, bytes);
    if (field.repeated) decoded[field.name] = [...((decoded[field.name] as unknown[] | undefined) ?? []), value];
    else decoded[field.name] = value;
  }
  return decoded;
}

/**
 * OTLP's `ExportTraceServiceRequest` as it is in JSON; of protobuf, as far as tests look at it.
 * @param type the request's `Content-Type`
 */
export function parseTraces(body: Buffer, type: string | undefined): unknown {
  return type === "application/x-protobuf" ? decode("request", body) : JSON.parse(body.toString());
}
