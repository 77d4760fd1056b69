import { type EndpointName, endpointNames, endpoints } from "../app/catalogue/endpoints.ts";
import { unmatchedRoute } from "../app/catalogue/names.ts";
import type { PanelName } from "../app/catalogue/panels.ts";
import { loadWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { ofUsers, thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { MetricPanel } from "./panel.ts";
import { limitSteps } from "./steps.ts";
import { chosen } from "./variable.ts";

const ofRun = { testid: chosen("run") };
const otherEndpoints = endpointNames.filter((name) => name !== "ping" && name !== "health");
/** The tightest of them: one line serves for all as long as they are the same. */
const otherBudget = Math.min(
  ...otherEndpoints.flatMap((name) => ("probe" in endpoints[name] ? [] : [endpoints[name].budgetSeconds])),
);

/** What k6 measured of some endpoints, and what the service did; the documented response time is the line. */
function compareTimes(options: {
  readonly title: string;
  readonly names: readonly EndpointName[];
  readonly budgetSeconds: number;
}): MetricPanel {
  const { title, names, budgetSeconds } = options;
  const watched = names.filter((name) => !("probe" in endpoints[name]));
  return {
    view: "timeseries",
    title,
    description:
      "k6's view is of its run so far without the warm-up, the service's of the last minute. k6 slow and the service not: the time goes before the service, in its queue of connections or in k6 itself.",
    width: 8,
    unit: signals.k6_http_req_duration_p95.unit,
    queries: [
      {
        promql: promql.level("k6_http_req_duration_p95", {
          where: { ...ofRun, endpoint: watched, expected_response: "true", phase: { not: ["warm_up"] } },
          by: ["endpoint"],
        }),
        legend: "k6: {{endpoint}}",
      },
      {
        promql: promql.quantile(0.95, "http.server.request.duration", loadWindowSeconds, {
          where: { "http.route": [...new Set(watched.map((name) => endpoints[name].route))] },
          by: ["http.request.method", "http.route"],
        }),
        legend: "service: {{http_request_method}} {{http_route}}",
      },
    ],
    steps: limitSteps({ above: budgetSeconds }),
    range: { min: 0 },
  };
}

const sent = promql.rate("k6_http_reqs_total", loadWindowSeconds, { where: ofRun });
const answered = promql.rate("http.server.request.duration", loadWindowSeconds, { where: ofUsers });
const begun = promql.rate("k6_iterations_total", loadWindowSeconds, { where: ofRun });

/** What k6 sees of a run, beside what the service says of the same time. */
export const loadPanels = {
  offered: {
    view: "timeseries",
    title: "Requests",
    description: "What k6 sends, and what the service answers. The service has more: others use it too.",
    width: 12,
    unit: "{request}/s",
    queries: [
      { promql: sent, legend: "sent by k6" },
      { promql: answered, legend: "answered by the service" },
    ],
    range: { min: 0 },
  },
  iterations: {
    view: "timeseries",
    title: "Iterations",
    description:
      "Dropped ones were due and never begun, as all virtual users still waited: the run offered less than it says.",
    width: 12,
    unit: "{iteration}/s",
    queries: [
      { promql: begun, legend: "completed" },
      {
        promql: promql.orZero(promql.rate("k6_dropped_iterations_total", loadWindowSeconds, { where: ofRun }), begun),
        legend: "dropped",
      },
    ],
    range: { min: 0 },
  },
  pingTime: compareTimes({ title: "Ping (p95)", names: ["ping"], budgetSeconds: endpoints.ping.budgetSeconds }),
  healthTime: compareTimes({
    title: "Health (p95)",
    names: ["health"],
    budgetSeconds: endpoints.health.budgetSeconds,
  }),
  otherTime: compareTimes({ title: "All else (p95)", names: otherEndpoints, budgetSeconds: otherBudget }),
  refused: {
    view: "timeseries",
    title: "Errors and shed load",
    description:
      "Shed is what the service refuses with 503 to stay alive, before it has a route; 5xx of routes are errors. k6 counts what it did not expect.",
    width: 12,
    unit: "{request}/s",
    queries: [
      {
        promql: promql.orZero(
          promql.rate("k6_http_reqs_total", loadWindowSeconds, { where: { ...ofRun, expected_response: "false" } }),
          sent,
        ),
        legend: "k6: unexpected",
      },
      {
        promql: promql.rate("requests_shed", loadWindowSeconds),
        legend: "service: shed",
      },
      {
        promql: promql.orZero(
          promql.rate("http.server.request.duration", loadWindowSeconds, {
            where: {
              "http.route": { not: [...ofUsers["http.route"].not, unmatchedRoute] },
              "http.response.status_code": { matches: "5.." },
            },
          }),
          answered,
        ),
        legend: "service: 5xx of routes",
      },
    ],
    range: { min: 0 },
  },
  pending: {
    view: "timeseries",
    title: "Jobs pending",
    description: "Jobs that wait while the load lasts. It must fall again when the load ends.",
    width: 12,
    unit: signals.dashboard_jobs_pending.unit,
    queries: [{ promql: promql.level("dashboard_jobs_pending"), legend: "pending" }],
    steps: limitSteps(thresholds.queueSizeHigh),
    range: { min: 0 },
  },
} satisfies Partial<Record<PanelName<"load">, MetricPanel>>;
