import { AsyncLocalStorage } from "node:async_hooks";
import type { Tracing } from "../telemetry/tracing.ts";

interface FakeSpan {
  readonly name: string;
  readonly options: Parameters<Tracing["run"]>[1];
  readonly attributes: Record<string, string | number | boolean>;
  /** What the span's function threw. */
  error?: unknown;
}

/** For tests only: the carrier is the name of the span that is active. */
export const carrierOf = (name: string) => ({ traceparent: `span of ${name}` });

/** For tests only: runs what it is given and keeps what its spans were told. */
export function createFakeTracing(): Tracing & { readonly spans: readonly FakeSpan[] } {
  const active = new AsyncLocalStorage<FakeSpan>();
  const spans: FakeSpan[] = [];
  return {
    spans,
    async run(name, options, fn) {
      const span: FakeSpan = { name, options, attributes: { ...options.attributes } };
      spans.push(span);
      try {
        return await active.run(span, fn);
      } catch (error) {
        span.error = error;
        throw error;
      }
    },
    call: (_describe, fn) => fn(() => {}),
    carrier() {
      const span = active.getStore();
      return span === undefined ? {} : carrierOf(span.name);
    },
    traceId: () => undefined,
    spanId: () => undefined,
    annotate: (attributes) => void Object.assign(active.getStore()?.attributes ?? {}, attributes),
  };
}
