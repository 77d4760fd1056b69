import { describe, expect, test } from "@jest/globals";
import { parser } from "@prometheus-io/lezer-promql";
import { rateWindowSeconds } from "../catalogue/scrape.ts";
import * as promql from "./promql.ts";

/** What the parser of Prometheus' own editor cannot read in a query. */
function unreadable({ text }: promql.Promql): readonly string[] {
  const problems: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) problems.push(`${from}-${to}: ${text.slice(from, to)}`);
    },
  });
  return problems;
}

const window = rateWindowSeconds;
const pending = promql.level("dashboard_jobs_pending");
const rate = promql.rate("webhook_deliveries", window, { where: { outcome: "failed" } });

/** Each function once, with what it must say and read. */
const queries = [
  { what: "a level", query: pending, text: "max(dashboard_jobs_pending)", reads: ["dashboard_jobs_pending"] },
  {
    what: "the mean of a level over a window",
    query: promql.levelOver("mean", "dashboard_jobs_pending", 600),
    text: "max(avg_over_time(dashboard_jobs_pending[10m]))",
  },
  {
    what: "the highest of a level over a window",
    query: promql.levelOver("highest", "dashboard_jobs_pending", 3_600),
    text: "max(max_over_time(dashboard_jobs_pending[1h]))",
  },
  {
    what: "the lowest of a level over a window, in whatever replica",
    query: promql.levelOver("lowest", "dashboard_jobs_pending", 60),
    text: "min(min_over_time(dashboard_jobs_pending[1m]))",
  },
  {
    what: "the series of targets as they are, as people's dashboards ask for them",
    query: promql.series("up", { job: "dashboard" }),
    text: 'up{job="dashboard"}',
    reads: ["up"],
  },
  {
    what: "a total over processes",
    query: promql.total("active_spans", { by: ["instance"] }),
    text: "sum by (instance) (active_spans)",
    reads: ["active_spans"],
  },
  {
    what: "an age",
    query: promql.age("dashboard_source_last_report_timestamp_seconds", { by: ["source"] }),
    text: "time() - max by (source) (dashboard_source_last_report_timestamp_seconds)",
    reads: ["dashboard_source_last_report_timestamp_seconds"],
  },
  {
    what: "the rate of a counter, by its name in Prometheus",
    query: rate,
    text: 'sum(rate(webhook_deliveries_total{outcome="failed"}[5m]))',
    reads: ["webhook_deliveries"],
  },
  {
    what: "the rate of a histogram's observations, its labels in Prometheus' spelling",
    query: promql.rate("http.server.request.duration", window, { by: ["http.route"] }),
    text: "sum by (http_route) (rate(http_server_request_duration_count[5m]))",
    reads: ["http.server.request.duration"],
  },
  {
    what: "the rate of a counter of the whole service, the same in every replica",
    query: promql.rate("dashboard_jobs_total", window),
    text: "max(rate(dashboard_jobs_total[5m]))",
    reads: ["dashboard_jobs_total"],
  },
  {
    what: "an increase of a counter of the whole service",
    query: promql.increase("dashboard_remediations_total", window, { by: ["outcome"] }),
    text: "max by (outcome) (increase(dashboard_remediations_total[5m]))",
    reads: ["dashboard_remediations_total"],
  },
  {
    what: "an increase of a program's own counter",
    query: promql.increase("prometheus_rule_evaluation_failures_total", window),
    text: "sum(increase(prometheus_rule_evaluation_failures_total[5m]))",
    reads: ["prometheus_rule_evaluation_failures_total"],
  },
  {
    what: "a mean",
    query: promql.mean("queue_wait_time", window),
    text: "sum(rate(queue_wait_time_sum[5m])) / sum(rate(queue_wait_time_count[5m]))",
    reads: ["queue_wait_time"],
  },
  {
    what: "a mean of all there ever was",
    query: promql.meanEver("queue_wait_time"),
    text: "sum(queue_wait_time_sum) / sum(queue_wait_time_count)",
    reads: ["queue_wait_time"],
  },
  {
    what: "a quantile",
    query: promql.quantile(0.95, "webrtc_connection_time", window),
    text: "histogram_quantile(0.95, sum by (le) (rate(webrtc_connection_time_bucket[5m])))",
    reads: ["webrtc_connection_time"],
  },
  {
    what: "a quantile for each value of a label",
    query: promql.quantile(0.99, "job_processing_time", window, { by: ["job_type"] }),
    text: "histogram_quantile(0.99, sum by (le, job_type) (rate(job_processing_time_bucket[5m])))",
    reads: ["job_processing_time"],
  },
  {
    what: "a share above a bound",
    query: promql.shareAbove("http.server.request.duration", 0.2, window),
    text: '1 - sum(rate(http_server_request_duration_bucket{le="0.2"}[5m])) / (sum(rate(http_server_request_duration_count[5m])) > 0)',
    reads: ["http.server.request.duration"],
  },
  {
    what: "a share above a whole number, which Prometheus 3 writes as 1.0",
    query: promql.shareAbove("http.server.request.duration", 1, window),
    text: String.raw`1 - sum(rate(http_server_request_duration_bucket{le=~"1(\\.0)?"}[5m])) / (sum(rate(http_server_request_duration_count[5m])) > 0)`,
    reads: ["http.server.request.duration"],
  },
  {
    what: "a quotient",
    query: promql.divide(rate, promql.rate("webhook_deliveries", window)),
    text: 'sum(rate(webhook_deliveries_total{outcome="failed"}[5m])) / sum(rate(webhook_deliveries_total[5m]))',
    reads: ["webhook_deliveries"],
  },
  { what: "a multiple", query: promql.times(pending, 100), text: "max(dashboard_jobs_pending) * 100" },
  { what: "the rest of 1", query: promql.rest(pending), text: "1 - max(dashboard_jobs_pending)" },
  { what: "a comparison", query: promql.compare(pending, ">", 50), text: "max(dashboard_jobs_pending) > 50" },
  {
    what: "two conditions at once",
    query: promql.both(promql.compare(promql.burnRate(3_600, "jobs"), ">", 6), promql.compare(pending, ">", 1)),
    text: 'slo:burn_rate:rate1h{slo="jobs"} > 6 and max(dashboard_jobs_pending) > 1',
    reads: ["dashboard_jobs_pending"],
  },
  {
    what: "an alert's absence",
    query: promql.unlessAlerting(pending, {
      causes: ["DatabaseDown", "QueueDown"],
      self: "QueueSizeHigh",
      windowSeconds: window,
    }),
    text: 'max(dashboard_jobs_pending) unless on () (max_over_time(ALERTS{alertname=~"DatabaseDown|QueueDown", alertstate="firing"}[5m]) unless on () ALERTS{alertname="QueueSizeHigh", alertstate="firing"})',
    reads: ["dashboard_jobs_pending", "ALERTS"],
  },
  {
    what: "no alert's absence",
    query: promql.unlessAlerting(pending, { causes: [], self: "QueueSizeHigh", windowSeconds: window }),
    text: pending.text,
  },
  { what: "always", query: promql.always, text: "vector(1)", reads: [] },
  { what: "a burn rate of every objective", query: promql.burnRate(259_200), text: "slo:burn_rate:rate3d", reads: [] },
  {
    what: "a burn rate as it is recorded",
    query: promql.burn(rate, 0.01),
    text: '(sum(rate(webhook_deliveries_total{outcome="failed"}[5m]))) / 0.01',
    reads: ["webhook_deliveries"],
  },
] as const;

describe("a query for", () => {
  test.each(queries)("$what", ({ query, text, ...row }) => {
    expect(query.text).toBe(text);
    expect(unreadable(query)).toEqual([]);
    expect(query.reads).toEqual("reads" in row ? row.reads : ["dashboard_jobs_pending"]);
  });

  test("the test's parser sees what is no query", () => {
    expect(unreadable({ text: "max(up{job=})", reads: [] })).not.toEqual([]);
  });
});

describe("series are selected", () => {
  const select = (where: Parameters<typeof promql.rate<"http.server.request.duration">>[2]) =>
    promql.rate("http.server.request.duration", window, where);
  const selected = (query: promql.Promql) => /\{(.*)\}/.exec(query.text)?.[1];

  test.each([
    ["by one value", { "http.request.method": "GET" }, 'http_request_method="GET"'],
    ["by one of several", { "http.request.method": ["GET", "POST"] }, 'http_request_method=~"GET|POST"'],
    ["by none of several", { "http.route": { not: ["/livez", "/readyz"] } }, 'http_route!~"/livez|/readyz"'],
    [
      "by a regular expression",
      { "http.response.status_code": { matches: "5.." } },
      'http_response_status_code=~"5.."',
    ],
    ["by several labels", { job: "a", instance: "b" }, 'job="a", instance="b"'],
    ["by what has a meaning in regular expressions", { "http.route": ["/a.b"] }, String.raw`http_route=~"/a\\.b"`],
    ["by what has a meaning in PromQL", { "http.route": '/"\\' }, String.raw`http_route="/\"\\"`],
  ] as const)("%s", (_, where, text) => {
    const query = select({ where });
    expect(selected(query)).toBe(text);
    expect(unreadable(query)).toEqual([]);
  });
});
