import type { Attributes, SpanContext } from "@opentelemetry/api";
import type { InstrumentationScope } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** In `flags`, above those of W3C: whether it is known, and is so, that the parent is in another process. */
const hasIsRemote = 0x100;
const isRemote = 0x200;

function flagsOf(own: SpanContext, remote: boolean | undefined): number {
  return (own.traceFlags & 0xff) | hasIsRemote | (remote ? isRemote : 0);
}

function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.uint(2, value ? 1 : 0);
  else if (typeof value === "number") {
    if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) writer.int(3, value);
    else writer.double(4, value);
  } else if (Array.isArray(value)) {
    const list = writer.begin(5);
    for (const one of value) writeMessage(writer, 1, one, writeValue);
    writer.end(list);
  }
}

function writeMessage<T>(
  writer: ProtobufWriter,
  field: number,
  from: T,
  write: (writer: ProtobufWriter, from: T) => void,
): void {
  const start = writer.begin(field);
  write(writer, from);
  writer.end(start);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const key in attributes) {
    const attribute = writer.begin(field);
    writer.text(1, key);
    writeMessage(writer, 2, attributes[key], writeValue);
    writer.end(attribute);
  }
}

function writeText(writer: ProtobufWriter, field: number, text: string | undefined): void {
  if (text) writer.text(field, text);
}

function writeEvent(writer: ProtobufWriter, event: ReadableSpan["events"][number]): void {
  writer.nanoseconds(1, event.time);
  writer.text(2, event.name);
  if (event.attributes) writeAttributes(writer, 3, event.attributes);
  writer.uint(4, event.droppedAttributesCount ?? 0);
}

function writeLink(
  writer: ProtobufWriter,
  { context, attributes, droppedAttributesCount }: ReadableSpan["links"][number],
): void {
  writer.hex(1, context.traceId);
  writer.hex(2, context.spanId);
  writeText(writer, 3, context.traceState?.serialize());
  if (attributes) writeAttributes(writer, 4, attributes);
  writer.uint(5, droppedAttributesCount ?? 0);
  writer.fixed32(6, flagsOf(context, context.isRemote));
}

function writeStatus(writer: ProtobufWriter, { code, message }: ReadableSpan["status"]): void {
  writeText(writer, 2, message);
  writer.uint(3, code);
}

/**
 * A span as `opentelemetry.proto.trace.v1.Span`.
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
function writeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  writer.hex(1, context.traceId);
  writer.hex(2, context.spanId);
  writeText(writer, 3, context.traceState?.serialize());
  if (parent?.spanId) writer.hex(4, parent.spanId);
  writer.text(5, span.name);
  writer.uint(6, span.kind + 1);
  writer.nanoseconds(7, span.startTime);
  writer.nanoseconds(8, span.endTime);
  writeAttributes(writer, 9, span.attributes);
  writer.uint(10, span.droppedAttributesCount);
  for (const event of span.events) writeMessage(writer, 11, event, writeEvent);
  writer.uint(12, span.droppedEventsCount);
  for (const link of span.links) writeMessage(writer, 13, link, writeLink);
  writer.uint(14, span.droppedLinksCount);
  writeMessage(writer, 15, span.status, writeStatus);
  writer.fixed32(16, flagsOf(context, parent?.isRemote));
}

function writeScope(writer: ProtobufWriter, { name, version }: InstrumentationScope): void {
  writer.text(1, name);
  writeText(writer, 2, version);
}

/**
 * Gathers spans as bytes, and keeps nothing else of them. What comes out is byte by byte what OpenTelemetry's own
 * `ProtobufTraceSerializer` makes of the same spans.
 */
export class OtlpSpans {
  count = 0;
  readonly #byScope = new Map<InstrumentationScope, ProtobufWriter>();
  #resource: Resource | undefined;

  /** All are of one resource, as a process has one. */
  add(span: ReadableSpan): void {
    const { resource, instrumentationScope: scope } = span;
    let writer = this.#byScope.get(scope);
    if (writer === undefined) {
      writer = new ProtobufWriter();
      this.#byScope.set(scope, writer);
    }
    writeMessage(writer, 2, span, writeSpan);
    this.#resource = resource;
    this.count += 1;
  }

  /** All that has been added, as `ExportTraceServiceRequest`; then there is nothing. */
  take(): Buffer {
    const request = new ProtobufWriter();
    const resourceSpans = request.begin(1);
    const resource = request.begin(1);
    writeAttributes(request, 1, this.#resource?.attributes ?? {});
    request.uint(2, 0);
    request.end(resource);
    for (const [scope, spans] of this.#byScope) {
      if (spans.length === 0) continue;
      const scopeSpans = request.begin(2);
      writeMessage(request, 1, scope, writeScope);
      request.raw(spans.written);
      writeText(request, 3, scope.schemaUrl);
      request.end(scopeSpans);
      spans.clear();
    }
    writeText(request, 3, this.#resource?.schemaUrl);
    request.end(resourceSpans);
    this.count = 0;
    return request.written;
  }
}
