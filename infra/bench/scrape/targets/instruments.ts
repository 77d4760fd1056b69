import type { Meter } from "@opentelemetry/api";
import { boundaries, durationOf, names, type RequestKind } from "../workload.ts";

/** The metrics by OpenTelemetry's API, whoever implements it. Attributes are made once, as the service does. */
export function createInstruments(meter: Meter, kinds: readonly RequestKind[]): { record(): void } {
  const duration = meter.createHistogram(names.duration, {
    description: "Duration of HTTP server requests",
    advice: { explicitBucketBoundaries: [...boundaries] },
  });
  const requests = meter.createCounter(names.requests, { description: "HTTP server requests" });
  const active = meter.createUpDownCounter(names.active, { description: "HTTP server requests under way" });
  const attributes = kinds.map(({ method, route, status }) =>
    Object.freeze({ "http.request.method": method, "http.route": route, "http.response.status_code": status }),
  );
  let recorded = 0;
  return {
    record() {
      for (const one of attributes) {
        active.add(1, one);
        duration.record(durationOf(recorded), one);
        requests.add(1, one);
        active.add(-1, one);
        recorded += 1;
      }
    },
  };
}
