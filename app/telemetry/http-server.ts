import { context, defaultTextMapGetter, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Request, RequestHandler, Response } from "express";
import type { EntrySpan } from "./entry-span.ts";
import type { EntrySpans } from "./entry-spans.ts";
import type { Metrics } from "./instruments.ts";
import { type Matched, matchedKey, type WatchedRequest, watchRoutes } from "./request-routes.ts";
import { createRequestSeries } from "./request-series.ts";
import { attributeValueLengthLimit } from "./span-export.ts";

/** The methods that the semantic conventions know; any other is `_OTHER`, so that callers cannot invent series. */
export const knownMethods: ReadonlySet<string> = new Set(
  "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" "),
);

/** nginx's status for a client that went away before there was an answer. */
const clientClosedRequest = 499;

/** What is noted of a request until it has been answered. */
interface Notes extends Matched {
  /** As `performance.now()` gives it. */
  readonly startedAt: number;
  readonly span: EntrySpan | undefined;
}

interface NotedRequest extends WatchedRequest {
  [matchedKey]?: Notes;
}

/** Of the caller's side of a proxy, where one is trusted. */
function schemeOf(req: Request): "http" | "https" {
  const encrypted = req.headers["x-forwarded-proto"] === undefined ? "encrypted" in req.socket : req.secure;
  return encrypted ? "https" : "http";
}

function pathOf({ originalUrl }: Request): string {
  const end = originalUrl.indexOf("?");
  return end === -1 ? originalUrl : originalUrl.slice(0, end);
}

/**
 * Express middleware that makes each request a server span, active in all handlers after it and child of the caller's
 * span, and records `http.server.request.duration` in seconds. It belongs before all other handlers.
 *
 * Names and attributes are those of OpenTelemetry's semantic conventions for HTTP. A request that the client gives up
 * is recorded too: with `error.type` `aborted`, and with status 499 if no answer had begun.
 *
 * @param options.entries none when nothing is to be traced: then a caller's trace is passed on, and no more.
 * @param options.ignore tells of a path, without its query, whether its requests leave no telemetry; none by default.
 * @param options.slowerThanMs from when on a request of a method and route counts as slow, for the tail; never by default.
 */
export function createRequestTelemetry(options: {
  readonly entries: EntrySpans | undefined;
  readonly metrics: Pick<Metrics, "activeSpans" | "httpServerRequestDuration">;
  readonly ignore?: (path: string) => boolean;
  readonly slowerThanMs?: (method: string, route: string) => number | undefined;
}): RequestHandler {
  const { entries, metrics, ignore, slowerThanMs = () => undefined } = options;
  const propagator = new W3CTraceContextPropagator();
  const seriesOf = createRequestSeries(slowerThanMs);

  /** One listener for all requests: "close" comes after "finish", and also when the client is gone before it. */
  function onClose(this: Response): void {
    const req: NotedRequest = this.req;
    const notes = req[matchedKey];
    if (notes === undefined) return;
    const status = this.headersSent ? this.statusCode : clientClosedRequest;
    const errorType = this.writableFinished ? (status >= 500 ? String(status) : undefined) : "aborted";
    const method = knownMethods.has(req.method) ? req.method : "_OTHER";
    const series = seriesOf(method, schemeOf(req), req.httpVersion, notes, req.app);
    metrics.activeSpans.add(-1);
    metrics.httpServerRequestDuration.record(
      (performance.now() - notes.startedAt) / 1_000,
      series.labels(status, errorType),
    );
    const { span } = notes;
    if (span === undefined) return;
    span.slowerThanMs = series.slowerThanMs;
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (!span.stop()) return;
    span.describe(series.spanName, {
      "http.request.method": method,
      ...(method !== req.method && { "http.request.method_original": req.method }),
      "url.path": pathOf(req).slice(0, attributeValueLengthLimit),
      "url.scheme": series.scheme,
      "network.protocol.version": series.version,
      "http.response.status_code": status,
      ...(series.pattern !== undefined && { "http.route": series.pattern }),
      ...(errorType !== undefined && { "error.type": errorType }),
    });
    span.export();
  }

  return (req: NotedRequest, res, next) => {
    if (ignore?.(pathOf(req))) return next();
    watchRoutes(req);
    let around = context.active();
    const isCalled = req.headers.traceparent !== undefined;
    if (isCalled) around = propagator.extract(around, req.headers, defaultTextMapGetter);
    const span = entries?.begin(req.method, SpanKind.SERVER, around);
    req[matchedKey] = { startedAt: span?.startedAt ?? performance.now(), span, route: undefined, mount: "" };
    metrics.activeSpans.add(1);
    res.on("close", onClose);
    if (span !== undefined) context.with(span, next);
    else if (isCalled) context.with(around, next);
    else next();
  };
}
