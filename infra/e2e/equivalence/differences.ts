import type { ReceivedSpan } from "../collector.ts";
import type { Told } from "./observation.ts";
import type { ScenarioName } from "./scenarios.ts";

/** Where this repository's telemetry is not to be what OpenTelemetry's own instrumentation tells. */
interface Difference {
  readonly what: string;
  readonly why: string;
  /** The scenarios that it is about; all by default. */
  readonly in?: readonly ScenarioName[];
  /** Makes of what the stock one tells what ours does. */
  apply(told: Told): Told;
}

/** The kind of span that the stock instrumentation makes of each middleware, router and handler. */
const isLayer = ({ attributes }: ReceivedSpan) => attributes["express.type"] !== undefined;

function leaveOutLayers({ spans, series }: Told): Told {
  const layers = new Map(spans.filter(isLayer).map((span) => [span.spanId, span]));
  const above = (id: string | undefined): string | undefined => {
    const layer = layers.get(id ?? "");
    return layer === undefined ? id : above(layer.parentSpanId);
  };
  const kept = spans.filter((span) => !isLayer(span));
  return { spans: kept.map((span) => ({ ...span, parentSpanId: above(span.parentSpanId) })), series };
}

type ServerOrClient = "server" | "client";

function changeSpans(kind: ServerOrClient, change: (span: ReceivedSpan) => Partial<ReceivedSpan>) {
  return ({ spans, series }: Told): Told => ({
    spans: spans.map((span) => (span.kind === kind ? { ...span, ...change(span) } : span)),
    series,
  });
}

function leaveOut(kind: ServerOrClient, ...keys: readonly string[]) {
  return changeSpans(kind, ({ attributes }) => ({
    attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !keys.includes(key))),
  }));
}

function changeSeries(change: (labels: Told["series"][number]) => Told["series"][number]) {
  return ({ spans, series }: Told): Told => ({ spans, series: series.map(change) });
}

/** The attributes that are changed, on the request's span and on its series. */
function changeBoth(attributes: Readonly<Record<string, string | number>>) {
  const labels = Object.entries(attributes).map(([key, value]) => [key.replaceAll(".", "_"), String(value)]);
  const onSpans = changeSpans("server", (span) => ({ attributes: { ...span.attributes, ...attributes } }));
  const onSeries = changeSeries((known) => ({ ...known, ...Object.fromEntries(labels) }));
  return (told: Told): Told => onSeries(onSpans(told));
}

/** All of them, in the order in which they are applied. */
export const differences: readonly Difference[] = [
  {
    what: "no spans of middleware, routers and handlers",
    why: "they tell where Express was, not what the service did, and cost more than everything else together",
    apply: leaveOutLayers,
  },
  {
    what: "no addresses on a request's span",
    why: "recommended, not required: the client's is personal, and the server's is the same on all",
    apply: leaveOut(
      "server",
      ...["client.address", "network.peer.address", "network.peer.port", "server.address", "server.port"],
    ),
  },
  {
    what: "no query",
    why: "it may hold secrets, and the stock instrumentation redacts only those whose names it knows",
    apply: leaveOut("server", "url.query"),
  },
  {
    what: "no peer and no protocol on the span of a call",
    why: "recommended, not required: `fetch` does not tell them",
    apply: leaveOut("client", "network.peer.address", "network.peer.port", "network.protocol.version"),
  },
  {
    what: "the host in the name of a call's span",
    why: "a list of spans all named GET helps nobody",
    apply: changeSpans("client", ({ name, attributes }) => ({
      name: `${name} ${String(attributes["server.address"])}`,
    })),
  },
  {
    what: "HTTP for a method that is not HTTP's own in a span's name",
    why: "the semantic conventions ask for it: callers cannot invent names",
    apply: changeSpans("server", ({ name, attributes }) => ({
      name: name.replace(String(attributes["http.request.method_original"]), "HTTP"),
    })),
  },
  {
    what: "no http.route where no route was found, also in a router",
    why: "the stock instrumentation takes the path of the router, which matches no request by itself",
    in: ["no route in a router"],
    apply: ({ spans, series }) => ({
      spans: spans.map(({ attributes: { "http.route": _route, ...attributes }, ...span }) => ({
        ...span,
        attributes,
        name: String(attributes["http.request.method"]),
      })),
      series: series.map(({ http_route: _route, ...labels }) => labels),
    }),
  },
  {
    what: "(unmatched) as the http.route of the metric where there is none",
    why: "an alert or a panel by route shows them too, without a series that lacks a label",
    apply: changeSeries((labels) => ({ ...labels, http_route: labels.http_route ?? "(unmatched)" })),
  },
  {
    what: "the error type aborted where the client has gone",
    why: "it did not get its answer, which the stock instrumentation takes for a good one",
    in: ["a client gone before the first byte", "a client gone after the first byte"],
    apply: changeBoth({ "error.type": "aborted" }),
  },
  {
    what: "499 where the client has gone before there was a status",
    why: "nginx's word for it; the stock instrumentation reports the 200 that Node would have begun with",
    in: ["a client gone before the first byte"],
    apply: changeBoth({ "http.response.status_code": 499 }),
  },
];
