import type { RequestListener, ServerResponse } from "node:http";
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Express, Request } from "express";
import type { EntryContext } from "./entry-context.ts";
import type { EntrySpans } from "./entry-spans.ts";
import type { Metrics } from "./instruments.ts";
import { listenToEnds, type OpenRequest, watchEnd } from "./open-requests.ts";
import { type Matched, matchedKey, type Route, type WatchedRequest, watchRoutes } from "./request-routes.ts";
import { createRequestSeries } from "./request-series.ts";
import { attributeValueLengthLimit } from "./span-export.ts";
import { spanContextOf, type TraceCarrier } from "./trace-carrier.ts";

/** The methods that the semantic conventions know; any other is `_OTHER`, so that callers cannot invent series. */
export const knownMethods: ReadonlySet<string> = new Set(
  "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" "),
);

/** nginx's status for a client that went away before there was an answer. */
const clientClosedRequest = 499;

/** Of the caller's side of a proxy, where one is trusted. */
function schemeOf(req: Request): "http" | "https" {
  const encrypted = req.headers["x-forwarded-proto"] === undefined ? "encrypted" in req.socket : req.secure;
  return encrypted ? "https" : "http";
}

/** Without the query. */
function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

interface RequestTelemetryOptions {
  /** None when nothing is to be traced: then a caller's trace is passed on, and no more. */
  readonly entries: EntrySpans | undefined;
  readonly metrics: Pick<Metrics, "activeSpans" | "httpServerRequestDuration">;
  /** Tells of a path, without its query, whether its requests leave no telemetry; none by default. */
  readonly ignore?: (path: string) => boolean;
  /** From when on a request of a method and route counts as slow, for the tail; never by default. */
  readonly slowerThanMs?: (method: string, route: string) => number | undefined;
}

/** What is noted of a request until it has been answered. */
class NotedRequest implements OpenRequest, Matched {
  route: Route | undefined = undefined;
  mount = "";
  readonly req: WatchedRequest;
  readonly res: ServerResponse;
  readonly entry: EntryContext | undefined;
  readonly startedAt: number;
  readonly #conclude: (request: NotedRequest) => void;

  constructor(
    req: WatchedRequest,
    res: ServerResponse,
    entry: EntryContext | undefined,
    conclude: (request: NotedRequest) => void,
  ) {
    this.req = req;
    this.res = res;
    this.entry = entry;
    this.startedAt = entry?.startedAt ?? performance.now();
    this.#conclude = conclude;
  }

  onEnd(): void {
    this.#conclude(this);
  }
}

/**
 * An Express app as the listener of an HTTP server, with each request a server span: active in all of the app and child of
 * the caller's span. It records `http.server.request.duration` in seconds.
 *
 * Names and attributes are those of OpenTelemetry's semantic conventions for HTTP. A request that the client gives up
 * is recorded too: with `error.type` `aborted`, and with status 499 if no answer had begun.
 *
 * It goes around the app and not into it, because a middleware costs Express more than all that is done here.
 *
 * @example
 * const app = express();
 * createServer(expressMessages(app), instrumentApp(app, observability)).listen(3000);
 */
export function instrumentApp(app: Express, options: RequestTelemetryOptions): RequestListener {
  const { entries, metrics, ignore, slowerThanMs = () => undefined } = options;
  const seriesOf = createRequestSeries(app, slowerThanMs);
  watchRoutes(app);
  listenToEnds();

  function conclude(request: NotedRequest): void {
    const { req, res, entry } = request;
    const status = res.headersSent ? res.statusCode : clientClosedRequest;
    const errorType = res.writableFinished ? (status >= 500 ? String(status) : undefined) : "aborted";
    const method = knownMethods.has(req.method) ? req.method : "_OTHER";
    const series = seriesOf(method, schemeOf(req), req.httpVersion, request);
    metrics.activeSpans.add(-1);
    const seconds = (performance.now() - request.startedAt) / 1_000;
    metrics.httpServerRequestDuration.record(seconds, series.labels(status, errorType));
    // Refused before anything was done, as a service in trouble does by the thousand: counting them is enough.
    const isRefusal = status === 503 && request.route === undefined;
    const isTrouble = (status >= 500 && !isRefusal) || seconds * 1_000 > series.slowerThanMs;
    if (!entry?.isWorthSpan(isTrouble)) return;
    const { span } = entry;
    span.slowerThanMs = series.slowerThanMs;
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (!span.stop()) return;
    span.describe(series.spanName, {
      "http.request.method": method,
      ...(method !== req.method && { "http.request.method_original": req.method }),
      "url.path": pathOf(req.originalUrl).slice(0, attributeValueLengthLimit),
      "url.scheme": series.scheme,
      "network.protocol.version": series.version,
      "http.response.status_code": status,
      ...(series.pattern !== undefined && { "http.route": series.pattern }),
      ...(errorType !== undefined && { "error.type": errorType }),
    });
    span.export();
  }

  return (incoming, res) => {
    // Express makes it one of its own: https://expressjs.com/en/5x/api.html#req
    const req = incoming as WatchedRequest;
    if (ignore?.(pathOf(req.url))) return app(req, res);
    // Node makes one text of these headers where they come twice.
    const caller = spanContextOf(req.headers as TraceCarrier);
    // Not in the active context: a server passes the one that it was made to listen in on to all of its requests.
    const entry = entries?.begin(req.method, SpanKind.SERVER, ROOT_CONTEXT, caller);
    const request = new NotedRequest(req, res, entry, conclude);
    req[matchedKey] = request;
    metrics.activeSpans.add(1);
    watchEnd(request);
    const within = entry ?? (caller && trace.setSpanContext(ROOT_CONTEXT, caller));
    return within === undefined ? app(req, res) : context.with(within, app, undefined, req, res);
  };
}
