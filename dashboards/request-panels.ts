import { measure } from "../alerts/expression.ts";
import type { PanelName } from "../app/catalogue/panels.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { ofUsers, thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { PanelSpec } from "./panel.ts";
import { limitSteps } from "./steps.ts";

/** What comes in, how fast it is answered, and where the time goes. */
export const requestPanels = {
  requestRate: {
    view: "timeseries",
    title: "Requests",
    description:
      "Requests of users by route. A sudden rise explains what follows below; a sudden fall is a fault nearer to the users.",
    width: 12,
    unit: "{request}/s",
    queries: [
      {
        promql: promql.rate("http.server.request.duration", rateWindowSeconds, {
          where: ofUsers,
          by: ["http.route"],
        }),
        legend: "{{http_route}}",
      },
    ],
    range: { min: 0 },
    traced: true,
  },
  responseTime: {
    view: "timeseries",
    title: "Response time (p95)",
    description:
      "95 of 100 requests are answered within this time. One slow route: open its traces. All slow: look at the database.",
    width: 12,
    unit: signals["http.server.request.duration"].unit,
    queries: [
      { promql: measure(thresholds.responseTimeHigh).value, legend: "all routes" },
      {
        promql: promql.quantile(0.95, "http.server.request.duration", rateWindowSeconds, {
          where: ofUsers,
          by: ["http.route"],
        }),
        legend: "{{http_route}}",
      },
    ],
    steps: limitSteps(thresholds.responseTimeHigh),
    range: { min: 0 },
    traced: true,
  },
  requestsShed: {
    view: "timeseries",
    title: "Requests shed",
    description:
      "Requests refused with 503 because the service had too much to do. Nothing is lost by them, but somebody asks for more than this machine can do: look who, or give it more.",
    width: 24,
    unit: "{request}/s",
    queries: [
      {
        promql: promql.rate("requests_shed", rateWindowSeconds, { by: ["instance"] }),
        legend: "{{instance}}",
      },
    ],
    range: { min: 0 },
  },
  activeSpans: {
    view: "timeseries",
    title: "Active spans",
    description: "Spans begun and not yet ended. A line that only climbs is a span that nobody ends: a leak.",
    width: 12,
    unit: signals.active_spans.unit,
    queries: [{ promql: promql.total("active_spans", { by: ["job"] }), legend: "{{job}}" }],
    range: { min: 0 },
    traced: true,
  },
  profiler: {
    view: "timeseries",
    title: "Measured by the profiler (mean)",
    description:
      "What the code measures of itself since its start, with ENABLE_PROFILING=true only. The highest line is the place to begin.",
    width: 12,
    unit: signals.profiler_measure_duration.unit,
    queries: [
      {
        promql: promql.meanEver("profiler_measure_duration", { by: ["measure"] }),
        legend: "{{measure}}",
      },
    ],
    range: { min: 0 },
  },
  traces: {
    view: "traces",
    title: "Latest traces",
    description:
      "The chosen service's traces in this time. Open one by its id: it runs from the request through queue and ComfyUI to the webhook.",
    width: 24,
  },
} satisfies Partial<Record<PanelName<"jobs">, PanelSpec>>;
