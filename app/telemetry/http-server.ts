import {
  context,
  defaultTextMapGetter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Request, RequestHandler, Response } from "express";
import type { Metrics } from "./instruments.ts";

/** The methods that the semantic conventions know; any other is `_OTHER`, so that callers cannot invent series. */
export const knownMethods: ReadonlySet<string> = new Set(
  "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" "),
);

/** The `http.route` of all requests that match no route. */
const unmatched = "(unmatched)";

/** nginx's status for a client that went away before there was an answer. */
const clientClosedRequest = 499;

/**
 * The pattern of the last route that took the request, with the path its router is mounted on. Express takes the mount
 * path away again when an error leaves the router, so both are kept at the moment the route is set.
 */
function watchRoute(req: Request): () => string | undefined {
  let current: Request["route"];
  let pattern: string | undefined;
  Object.defineProperty(req, "route", {
    get: () => current,
    set(route: { readonly path: unknown } | undefined) {
      current = route;
      pattern = route && `${req.baseUrl}${String(route.path)}`;
    },
  });
  return () => pattern;
}

function finishSpan(span: Span, res: Response, outcome: { method: string; route?: string; status: number }): void {
  const { method, route, status } = outcome;
  span.updateName([method === "_OTHER" ? "HTTP" : method, route].filter(Boolean).join(" "));
  span.setAttribute("http.response.status_code", status);
  if (route !== undefined) span.setAttribute("http.route", route);
  if (!res.writableFinished) span.setAttribute("error.type", "aborted");
  else if (status >= 500) span.setAttribute("error.type", String(status));
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/**
 * Express middleware that makes each request a server span, active in all handlers after it and child of the caller's
 * span, and records `http.server.request.duration` in seconds. It belongs before all other handlers.
 *
 * Names and attributes are those of OpenTelemetry's semantic conventions for HTTP. A request that the client gives up
 * is recorded too: with `error.type` `aborted`, and with status 499 if no answer had begun.
 *
 * @param options.ignore tells of a path, without its query, whether its requests leave no telemetry; none by default.
 */
export function createRequestTelemetry(options: {
  readonly tracer: Tracer;
  readonly metrics: Pick<Metrics, "activeSpans" | "httpServerRequestDuration">;
  readonly ignore?: (path: string) => boolean;
}): RequestHandler {
  const { tracer, metrics, ignore = () => false } = options;
  const propagator = new W3CTraceContextPropagator();
  return (req, res, next) => {
    const path = req.originalUrl.split("?", 1)[0] ?? "";
    if (ignore(path)) return next();

    const startedAt = performance.now();
    const method = knownMethods.has(req.method) ? req.method : "_OTHER";
    const attributes = { "http.request.method": method, "url.path": path, "url.scheme": req.protocol };
    const parent = propagator.extract(context.active(), req.headers, defaultTextMapGetter);
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    const route = watchRoute(req);
    metrics.activeSpans.add(1);

    // "close" comes after "finish", and also when the client is gone before it.
    res.once("close", () => {
      const status = res.headersSent ? res.statusCode : clientClosedRequest;
      const matched = route();
      metrics.activeSpans.add(-1);
      metrics.httpServerRequestDuration.record((performance.now() - startedAt) / 1_000, {
        "http.request.method": method,
        "http.route": matched ?? unmatched,
        "http.response.status_code": status,
      });
      finishSpan(span, res, { method, status, ...(matched !== undefined && { route: matched }) });
    });
    context.with(trace.setSpan(parent, span), next);
  };
}
