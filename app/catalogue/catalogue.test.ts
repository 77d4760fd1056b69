import { describe, expect, test } from "@jest/globals";
import { endpointNames, endpoints } from "./endpoints.ts";
import { jobTypes } from "./job-types.ts";
import { limits } from "./limits.ts";
import { type MetricName, metrics, promName } from "./metrics.ts";
import { jobTypeNames, serviceNames } from "./names.ts";
import { queueTiming } from "./queue.ts";
import { longestScrapeIntervalSeconds, prometheusLookbackSeconds, scrapes } from "./scrape.ts";
import { services } from "./services.ts";
import { pageRouteNames, pageRoutes } from "./status-page.ts";
import { thresholds } from "./thresholds.ts";

const metricNames = Object.keys(metrics) as readonly MetricName[];
const histograms = metricNames.flatMap((name) => {
  const row = metrics[name];
  return "buckets" in row ? [{ name, ...row }] : [];
});

describe("the catalogue's metrics", () => {
  test.each(histograms)("$name has buckets that rise, above 0", ({ buckets }) => {
    expect(buckets).toEqual([...new Set(buckets)].sort((a, b) => a - b));
    expect(buckets[0]).toBeGreaterThan(0);
  });

  test("are histograms exactly where they have buckets", () => {
    expect(histograms.map(({ name }) => name)).toEqual(
      metricNames.filter((name) => metrics[name].kind === "histogram"),
    );
  });

  test("have names and labels that Prometheus takes, each name once", () => {
    const names = metricNames.map(promName);
    const labels = metricNames.flatMap((name) => Object.keys(metrics[name].labels));
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    expect(labels.filter((label) => !/^[a-z][a-z0-9_]*$/.test(label.replaceAll(".", "_")))).toEqual([]);
    // A histogram's series, too, must not be those of another metric.
    const series = histograms.flatMap(({ name }) =>
      ["bucket", "sum", "count"].map((end) => `${promName(name)}_${end}`),
    );
    expect(new Set([...names, ...series]).size).toBe(names.length + series.length);
  });

  test("have the names that people's dashboards use", () => {
    expect(promName("http.server.request.duration")).toBe("http_server_request_duration");
    expect(promName("dashboard_jobs_total")).toBe("dashboard_jobs_total");
    expect(promName("webrtc_connection_time")).toBe("webrtc_connection_time");
  });

  test("are exported at the endpoint that their name tells", () => {
    const dashboard = metricNames.filter((name) => metrics[name].endpoint === "dashboard");
    expect(dashboard).toEqual(metricNames.filter((name) => name.startsWith("dashboard_")));
  });
});

describe("the status page's routes", () => {
  const rows: readonly { method: string; route: string; budgetSeconds?: number }[] = pageRouteNames.map(
    (name) => pageRoutes[name],
  );

  test("have budgets that the buckets of the response time can tell; only the stream has none", () => {
    const buckets: readonly number[] = metrics["http.server.request.duration"].buckets;
    const budgets = rows.flatMap(({ budgetSeconds }) => (budgetSeconds === undefined ? [] : [budgetSeconds]));
    expect(budgets.filter((seconds) => !buckets.includes(seconds))).toEqual([]);
    expect(rows.filter(({ budgetSeconds }) => budgetSeconds === undefined)).toEqual([pageRoutes.events]);
  });

  test("are none of the API's", () => {
    const api = endpointNames.map((name) => endpoints[name].route as string);
    expect(rows.filter(({ route }) => api.includes(route) || route.startsWith("/api"))).toEqual([]);
  });
});

describe("the catalogue's endpoints", () => {
  test("have budgets that the buckets of the response time can tell", () => {
    const { buckets } = metrics["http.server.request.duration"];
    expect(endpointNames.map((name) => endpoints[name].budgetSeconds).filter((s) => !buckets.includes(s))).toEqual([]);
  });

  test("are each another method and route", () => {
    const routes = endpointNames.map((name) => `${endpoints[name].method} ${endpoints[name].route}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  test("may be asked as often as recommended", () => {
    const frequencies = endpointNames.flatMap((name) => {
      const row = endpoints[name];
      return "frequency" in row ? [row.frequency] : [];
    });
    expect(frequencies).not.toHaveLength(0);
    expect(frequencies.filter(({ recommended, maximum }) => recommended < maximum)).toEqual([]);
  });
});

// They are promised to users: who means to change one changes the promise here too.
test("the documented thresholds are these", () => {
  expect(thresholds).toEqual({
    queueSizeHigh: { metric: "dashboard_jobs_pending", above: 50 },
    queueOverflow: { metric: "dashboard_jobs_pending", above: 100 },
    jobSuccessRateLow: { metric: "dashboard_job_success_rate", below: 0.9 },
    webhookSuccessRateLow: { metric: "dashboard_webhook_success_rate", below: 0.95 },
    responseTimeHigh: {
      metric: "http.server.request.duration",
      quantile: 0.95,
      above: 1,
      where: { "http.route": { not: ["/api/alerts", "/metrics", "/livez", "/readyz"] } },
    },
    webrtcConnectionSlow: { metric: "webrtc_connection_time", quantile: 0.95, above: 300 },
    queueWaitLong: { metric: "queue_wait_time", mean: true, above: 8_000 },
    telemetrySourceSilent: {
      metric: "dashboard_source_last_report_timestamp_seconds",
      age: true,
      above: 1_800,
      by: ["source"],
    },
  });
});

describe("the catalogue's times", () => {
  test.each(serviceNames)("what tells of %s is renewed before it is too old", (name) => {
    const row = services[name];
    const { probeIntervalMs, probeDeadlineMs } = "derivedFrom" in row ? services[row.derivedFrom] : row;
    expect(row.staleAfterMs).toBeGreaterThan(probeIntervalMs + probeDeadlineMs);
  });

  test.each(jobTypeNames)("an attempt at a job of type %s may take longer than its objective", (name) => {
    const { timeoutMs, processingObjectiveMs, backoffMs, backoffMaxMs } = jobTypes[name];
    expect(timeoutMs).toBeGreaterThan(processingObjectiveMs);
    expect(backoffMaxMs).toBeGreaterThan(backoffMs);
  });

  test("a worker is not taken for stuck or dead between two signs of life", () => {
    expect(limits.workerProgressSeconds * 1_000).toBeGreaterThan(queueTiming.heartbeatMs * 2);
    expect(limits.workerSilentSeconds * 1_000).toBeGreaterThan(queueTiming.heartbeatMs * 2);
    expect(queueTiming.lockMs).toBeGreaterThan(queueTiming.stalledCheckMs);
  });

  test("what Prometheus asks survives a lost scrape", () => {
    expect(longestScrapeIntervalSeconds * 2).toBeLessThan(prometheusLookbackSeconds);
    for (const { intervalSeconds } of Object.values(scrapes)) {
      expect(intervalSeconds).toBeLessThanOrEqual(longestScrapeIntervalSeconds);
    }
  });
});
