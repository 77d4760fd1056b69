import type { Express } from "express";
import type { LabelsOf } from "../catalogue/metrics.ts";
import { unmatchedRoute } from "../catalogue/names.ts";
import type { Matched, Route } from "./request-routes.ts";
import { readRoutePattern } from "./route-pattern.ts";

type Labels = LabelsOf<"http.server.request.duration">;

/** What is always the same for the requests of one method to one route. */
export interface RequestSeries {
  readonly method: string;
  readonly scheme: Labels["url.scheme"];
  readonly version: string;
  readonly mount: string;
  /** `http.route`: the pattern with the path its router is mounted on; none where nothing matched. */
  readonly pattern: string | undefined;
  readonly spanName: string;
  readonly slowerThanMs: number;
  /** The labels of a request that ended so. */
  labels(status: number, errorType: string | undefined): Labels;
}

/** As many are kept for a route at most. It is far more than one needs whose pattern can be told. */
const keptPerRoute = 100;

function createSeries(
  from: Pick<RequestSeries, "method" | "scheme" | "version" | "mount" | "pattern">,
  slowerThanMs: (method: string, pattern: string) => number | undefined,
): RequestSeries {
  const { method, scheme, version, pattern } = from;
  const byOutcome = new Map<number | string, Labels>();
  return {
    ...from,
    spanName: [method === "_OTHER" ? "HTTP" : method, pattern].filter(Boolean).join(" "),
    slowerThanMs: (pattern === undefined ? undefined : slowerThanMs(method, pattern)) ?? Number.POSITIVE_INFINITY,
    labels(status, errorType) {
      const outcome = errorType === undefined ? status : `${status} ${errorType}`;
      const known = byOutcome.get(outcome);
      if (known !== undefined) return known;
      const labels = Object.freeze({
        "http.request.method": method,
        "url.scheme": scheme,
        "network.protocol.version": version,
        "http.route": pattern ?? unmatchedRoute,
        "http.response.status_code": status,
        ...(errorType !== undefined && { "error.type": errorType }),
      });
      byOutcome.set(outcome, labels);
      return labels;
    },
  };
}

function isOf(series: RequestSeries, method: string, scheme: string, version: string): boolean {
  return series.method === method && series.version === version && series.scheme === scheme;
}

/**
 * Finds the series of a request by the identity of its route, so that no text is put together for it; only where a router
 * is mounted on a path with parameters, its pattern is read again for each of its paths.
 */
export function createRequestSeries(
  app: Express,
  slowerThanMs: (method: string, pattern: string) => number | undefined,
) {
  const byRoute = new WeakMap<Route, RequestSeries[]>();
  const withoutRoute: RequestSeries[] = [];

  return (method: string, scheme: RequestSeries["scheme"], version: string, { route, mount }: Matched) => {
    const kept = route === undefined ? withoutRoute : (byRoute.get(route) ?? []);
    for (const series of kept) if (series.mount === mount && isOf(series, method, scheme, version)) return series;
    const pattern = route && readRoutePattern(app, route, mount);
    for (const series of kept) if (series.pattern === pattern && isOf(series, method, scheme, version)) return series;
    const series = createSeries({ method, scheme, version, mount, pattern }, slowerThanMs);
    if (kept.length < keptPerRoute) kept.push(series);
    if (route !== undefined) byRoute.set(route, kept);
    return series;
  };
}
