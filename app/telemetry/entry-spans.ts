import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  type SpanKind,
  trace,
} from "@opentelemetry/api";
import { EntryContext } from "./entry-context.ts";
import type { EntryOrigin } from "./entry-span.ts";

/** Begins what enters the process. */
export interface EntrySpans {
  /** @param parent of its span: a valid one, or none; that of the context `around` when not given. */
  begin(name: string, kind: SpanKind, around: Context, parent?: SpanContext): EntryContext;
}

function readParent(around: Context): SpanContext | undefined {
  const parent = around === ROOT_CONTEXT ? undefined : trace.getSpanContext(around);
  return parent !== undefined && isSpanContextValid(parent) ? parent : undefined;
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
  return {
    begin: (name, kind, around, parent = readParent(around)) => new EntryContext(origin, name, kind, around, parent),
  };
}
