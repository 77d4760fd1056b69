import type { SpanStore } from "./span-store.ts";
import { renderAnswer, renderTraces } from "./trace-json.ts";

/** How many traces are listed unless `limit` says so. */
const usualLimit = 20;

function fail(code: number, msg: string) {
  return { status: code, body: renderAnswer(null, { code, msg }) };
}

/** Jaeger's HTTP API: services, the traces of a service, and one trace. */
export function answerQuery(store: SpanStore, url: URL): { readonly status: number; readonly body: object } {
  const spans = store.list();
  if (url.pathname === "/api/services")
    return { status: 200, body: renderAnswer([...new Set(spans.map(({ service }) => service))].sort()) };
  if (url.pathname === "/api/traces") {
    const service = url.searchParams.get("service");
    if (service === null) return fail(400, "parameter 'service' is required");
    const limit = Number(url.searchParams.get("limit") ?? usualLimit);
    const traces = new Set(spans.filter((span) => span.service === service).map(({ traceId }) => traceId));
    return {
      status: 200,
      body: renderAnswer(renderTraces(spans.filter(({ traceId }) => traces.has(traceId))).slice(0, limit)),
    };
  }
  const [, id] = /^\/api\/traces\/([0-9a-f]{1,32})$/.exec(url.pathname) ?? [];
  if (id === undefined) return fail(404, `no such page: ${url.pathname}`);
  const traces = renderTraces(spans.filter(({ traceId }) => traceId === id.padStart(32, "0")));
  return traces.length === 0 ? fail(404, "trace not found") : { status: 200, body: renderAnswer(traces) };
}
