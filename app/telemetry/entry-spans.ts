import { type Context, type SpanKind, trace } from "@opentelemetry/api";
import { EntryContext } from "./entry-context.ts";
import type { EntryOrigin } from "./entry-span.ts";

/** Begins what enters the process; the parent of its span is that of the context `around`. */
export interface EntrySpans {
  begin(name: string, kind: SpanKind, around: Context): EntryContext;
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
  return { begin: (name, kind, around) => new EntryContext(origin, name, kind, around) };
}
