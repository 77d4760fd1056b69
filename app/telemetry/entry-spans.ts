import { type Context, type SpanKind, trace } from "@opentelemetry/api";
import { type EntryOrigin, EntrySpan } from "./entry-span.ts";

/** Begins a span for what enters the process; its parent is the span of the context `around`. */
export interface EntrySpans {
  begin(name: string, kind: SpanKind, around: Context): EntrySpan;
}

/** Where OpenTelemetry's API keeps the span in a context: what it asks one for. */
function readSpanKey(): symbol {
  let key: symbol | undefined;
  const asked: Context = {
    getValue(name) {
      key = name;
      return undefined;
    },
    setValue: () => asked,
    deleteValue: () => asked,
  };
  trace.getSpan(asked);
  if (key === undefined) throw new Error("OpenTelemetry's API did not ask a context for its span");
  return key;
}

export function createEntrySpans(options: Omit<EntryOrigin, "spanKey">): EntrySpans {
  const origin = { ...options, spanKey: readSpanKey() };
  return { begin: (name, kind, around) => new EntrySpan(origin, name, kind, around) };
}
