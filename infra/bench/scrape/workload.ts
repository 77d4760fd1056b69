import { metrics } from "../../../app/catalogue/metrics.ts";

/** Upper bounds of the histogram's buckets, in seconds: those of the service's own request durations. */
export const boundaries = metrics["http.server.request.duration"].buckets;

/** A metric that every target makes, in the names that Prometheus shows. */
export const names = {
  duration: "http_server_request_duration",
  requests: "http_server_requests_total",
  active: "http_server_active_requests",
} as const;

/** The labels of one kind of request. Each target keeps them as its library likes them best. */
export interface RequestKind {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** A histogram (each bucket with the infinite one, `_sum`, `_count`), a counter and a gauge. */
export const seriesPerKind = boundaries.length + 1 + 2 + 1 + 1;

const methods = ["GET", "POST"];
const statuses = [200, 202, 404, 422, 503];

/**
 * As many kinds of requests as make so many series. A series is what Prometheus counts as one: a line of the text that
 * is not a comment, so that a histogram is many.
 * @throws RangeError when it does not come out even.
 */
export function listRequestKinds(series: number): readonly RequestKind[] {
  const count = series / seriesPerKind;
  if (!Number.isInteger(count))
    throw new RangeError(`${series} series cannot be made: must be a multiple of ${seriesPerKind}`);
  const combinations = methods.flatMap((method) => statuses.map((status) => ({ method, status })));
  return Array.from({ length: count }, (_, n) => ({
    ...(combinations[n % combinations.length] ?? { method: "", status: 0 }),
    route: `/api/resources/${Math.floor(n / combinations.length)}/items/:id`,
  }));
}

/** Durations in seconds that reach each bucket, in an order that is the same for all targets. */
export function durationOf(n: number): number {
  const bound = boundaries[n % boundaries.length] ?? 0;
  return n % boundaries.length === 0 ? bound * 0.9 : bound * 1.1;
}
