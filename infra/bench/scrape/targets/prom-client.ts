import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Target } from "../target.ts";
import { boundaries, durationOf, names, type RequestKind } from "../workload.ts";
import { listen } from "./listen.ts";

const labelNames = ["http_request_method", "http_route", "http_response_status_code"];

/** prom-client as its users write it. */
export async function startTarget(kinds: readonly RequestKind[]): Promise<Target> {
  const registry = new Registry();
  const common = { labelNames, registers: [registry] };
  const duration = new Histogram({
    ...common,
    name: names.duration,
    help: "Duration of HTTP server requests",
    buckets: [...boundaries],
  });
  const requests = new Counter({ ...common, name: names.requests, help: "HTTP server requests" });
  const active = new Gauge({ ...common, name: names.active, help: "HTTP server requests under way" });
  const labels = kinds.map(({ method, route, status }) => ({
    http_request_method: method,
    http_route: route,
    http_response_status_code: status,
  }));
  let recorded = 0;
  return {
    url: await listen(async (response) => {
      response.setHeader("content-type", registry.contentType);
      response.end(await registry.metrics());
    }),
    record() {
      for (const one of labels) {
        active.inc(one);
        duration.observe(one, durationOf(recorded));
        requests.inc(one);
        active.dec(one);
        recorded += 1;
      }
    },
  };
}
