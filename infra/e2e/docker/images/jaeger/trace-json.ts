import type { StoredSpan } from "./span-store.ts";

const nanosecondsAMicrosecond = 1_000n;

/** Jaeger's names for types, by JavaScript's. */
const types: Readonly<Record<string, string>> = { string: "string", boolean: "bool", number: "float64" };

function renderTag(key: string, value: string | number | boolean | undefined) {
  const type = Number.isInteger(value) ? "int64" : types[typeof value];
  return { key, type, value };
}

function renderSpan(span: StoredSpan, processID: string) {
  const { traceId: traceID, parentSpanId, kind, status } = span;
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name,
    references: parentSpanId === undefined ? [] : [{ refType: "CHILD_OF", traceID, spanID: parentSpanId }],
    startTime: Number(BigInt(span.start) / nanosecondsAMicrosecond),
    duration: Number((BigInt(span.end) - BigInt(span.start)) / nanosecondsAMicrosecond),
    tags: [
      ...Object.entries(span.attributes).map(([key, value]) => renderTag(key, value)),
      ...(kind === "unspecified" ? [] : [renderTag("span.kind", kind)]),
      ...(status === "unset" ? [] : [renderTag("otel.status_code", status.toUpperCase())]),
      ...(status === "error" ? [renderTag("error", true)] : []),
    ],
    logs: [],
    processID,
    warnings: null,
  };
}

/** A trace in the form of Jaeger's HTTP API. */
function renderTrace(traceID: string, spans: readonly StoredSpan[]) {
  const services = [...new Set(spans.map(({ service }) => service))];
  return {
    traceID,
    spans: spans.map((span) => renderSpan(span, `p${services.indexOf(span.service) + 1}`)),
    processes: Object.fromEntries(services.map((serviceName, index) => [`p${index + 1}`, { serviceName, tags: [] }])),
    warnings: null,
  };
}

/** All traces of these spans, the newest first. */
export function renderTraces(spans: readonly StoredSpan[]) {
  return [...Map.groupBy(spans, ({ traceId }) => traceId)]
    .map(([traceId, ofTrace]) => renderTrace(traceId, ofTrace))
    .sort((one, other) => (other.spans[0]?.startTime ?? 0) - (one.spans[0]?.startTime ?? 0));
}

/** What every answer of the API is wrapped in. */
export function renderAnswer(data: readonly unknown[] | null, error?: { readonly code: number; readonly msg: string }) {
  return { data, total: data?.length ?? 0, limit: 0, offset: 0, errors: error === undefined ? null : [error] };
}
