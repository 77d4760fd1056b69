import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { contracts } from "../../app/api/contracts.ts";
import { problems } from "../../app/api/problem.ts";
import { endpointNames, endpoints } from "../../app/catalogue/endpoints.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { anyValue, type MetricName, metrics, promName, runtimeMetricPrefixes } from "../../app/catalogue/metrics.ts";
import { serviceNames, unmatchedRoute } from "../../app/catalogue/names.ts";
import { pageRouteNames, pageRoutes } from "../../app/catalogue/status-page.ts";
import { knownMethods } from "../../app/telemetry/http-server.ts";
import { maxMeasures } from "../../app/telemetry/profiler.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { work } from "./service-work.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

const program = findProgram("prometheus");
const promtool = findProgram("promtool");
const names = Object.keys(metrics) as MetricName[];
const jobs = { dashboard: "dashboard", otel: "gozcu-otel" } as const;
/** Prometheus' types know no up-down counter. */
const types = { counter: "counter", updown: "gauge", gauge: "gauge", histogram: "histogram" } as const;

/** What a metric's samples are called. */
function sampleNames(name: MetricName): string[] {
  const scraped = promName(name);
  return metrics[name].kind === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => scraped + end) : [scraped];
}

/** What HTTP requests are told apart by, whatever callers ask for. */
const routes = [
  unmatchedRoute,
  ...new Set([
    ...endpointNames.map((name) => endpoints[name].route),
    ...pageRouteNames.map((name) => pageRoutes[name].route),
  ]),
];
const methods = [...knownMethods, "_OTHER"];
const statuses = [
  ...new Set([
    ...Object.values(contracts).flatMap(({ answers }) => Object.keys(answers)),
    ...Object.values(problems).map(({ status }) => String(status)),
    // An answer to OPTIONS, and a client that has gone away.
    ...["204", "499"],
  ]),
];

/** How many values a label takes that the catalogue does not list. What records it bounds them. */
const openLabels: Readonly<Record<string, number>> = {
  "http.request.method": methods.length,
  "http.route": routes.length,
  "http.response.status_code": statuses.length,
  // 1.0 and 1.1, as Node speaks no other here.
  "network.protocol.version": 2,
  // With a status there is one that goes with it, if any; and "aborted".
  "error.type": 2,
  source: limits.sources,
  metric: limits.metricsPerSource,
  measure: maxMeasures,
};

/** How many series there can be of some metrics. */
function countSeries(of: readonly MetricName[]): number {
  const counts = of.map((name) => {
    const row = metrics[name];
    const labels = Object.entries<readonly string[] | typeof anyValue>(row.labels).map(([label, values]) =>
      values === anyValue ? (openLabels[label] ?? Number.NaN) : values.length,
    );
    // A bucket each, one for what is beyond the last, sum and count.
    const samples = "buckets" in row ? row.buckets.length + 3 : 1;
    return labels.reduce((product, values) => product * values, samples);
  });
  return counts.reduce((total, count) => total + count, 0);
}

const suite = program === undefined ? describe.skip : describe;
suite("Prometheus, that scrapes a service at work", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let receiver: WebhookReceiver;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const database = keep(await startPostgres());
    receiver = keep(await startWebhookReceiver(webhookSecret));
    service = keep(
      await startServiceProcess({
        DATABASE_URL: database.url,
        ENABLE_PROFILING: "true",
        REMEDIATION_COMFYUI_COMMAND: "true",
      }),
    );
    prometheus = keep(
      await startPrometheus(program ?? "", {
        [jobs.dashboard]: `${service.url}/metrics`,
        [jobs.otel]: service.metricsUrl,
      }),
    );
    await work(service, receiver);
    // A rate needs a series to go up while Prometheus looks.
    await eventually(async () => {
      const scraped = new Set((await prometheus.series('{job=~".+"}')).map(({ __name__ }) => __name__));
      expect(names.flatMap(sampleNames).filter((name) => !scraped.has(name))).toEqual([]);
    });
    await work(service, receiver);
  });

  test("has both endpoints up", async () => {
    const up = await prometheus.query("up");
    expect(Object.fromEntries(up.map(({ labels, value }) => [labels.job, value]))).toEqual({
      [jobs.dashboard]: 1,
      [jobs.otel]: 1,
    });
  });

  /** People's dashboards ask these four. The values follow from what `work` reports. */
  const queries: Readonly<Record<string, (value: number) => boolean>> = {
    "histogram_quantile(0.95, rate(webrtc_connection_time_bucket[5m]))": (ms) => ms > 200 && ms <= 300,
    "rate(queue_wait_time_sum[5m]) / rate(queue_wait_time_count[5m])": (ms) => ms > 0 && ms <= 5_000.1,
    "histogram_quantile(0.99, rate(job_processing_time_bucket[5m]))": (ms) => ms > 0 && ms < 60_000,
    active_spans: (count) => Number.isInteger(count) && count >= 0,
  };
  test.each(Object.entries(queries))("answers %s with data", async (query, isRight) => {
    await eventually(async () => {
      const answer = await prometheus.query(query);
      expect(answer).not.toEqual([]);
      expect(answer.filter(({ value }) => !isRight(value))).toEqual([]);
    });
  });

  test.each(names)("gets %s under its name, with its type, its help and its labels", async (name) => {
    const row = metrics[name];
    const job = jobs[row.endpoint];
    const told = (await prometheus.metadata(job)).filter(({ metric }) => metric === promName(name));
    expect(told).toMatchObject([{ type: types[row.kind], help: row.help }]);

    const labels = Object.entries<readonly string[] | typeof anyValue>(row.labels);
    for (const sample of sampleNames(name)) {
      const series = await prometheus.series(`${sample}{job="${job}"}`);
      expect(series).not.toEqual([]);
      for (const { __name__, job: _job, instance: _instance, role: _role, le, ...own } of series) {
        expect(__name__).toBe(sample);
        expect(le !== undefined).toBe(sample.endsWith("_bucket"));
        const optional: readonly string[] = "optional" in row ? row.optional : [];
        const required = labels.map(([key]) => key).filter((key) => !optional.includes(key));
        const present = optional.filter((key) => key.replaceAll(".", "_") in own);
        const expected = [...required, ...present].map((key) => key.replaceAll(".", "_"));
        expect(Object.keys(own).toSorted()).toEqual(expected.toSorted());
        for (const [key, values] of labels) {
          if (values !== anyValue && !optional.includes(key)) expect(values).toContain(own[key.replaceAll(".", "_")]);
        }
      }
    }
  });

  test("gets nothing that neither the catalogue nor Node's own instrumentation declares", async () => {
    for (const [endpoint, job] of Object.entries(jobs)) {
      const declared = new Set(names.filter((name) => metrics[name].endpoint === endpoint).map(promName));
      const foreign = (await prometheus.metadata(job))
        .map(({ metric }) => metric)
        .filter((metric) => !declared.has(metric));
      const runtime = endpoint === "otel" ? runtimeMetricPrefixes : [];
      expect(foreign.filter((metric) => !runtime.some((prefix) => metric.startsWith(prefix)))).toEqual([]);
    }
  });

  test("gets the buckets that the catalogue has", async () => {
    for (const name of names) {
      const row = metrics[name];
      if (row.kind !== "histogram") continue;
      const series = await prometheus.series(`${promName(name)}_bucket`);
      const bounds = new Set(series.map(({ le }) => Number(le?.replace("+Inf", "Infinity"))));
      expect([...bounds].toSorted((a, b) => a - b)).toEqual([...row.buckets, Number.POSITIVE_INFINITY]);
    }
  });

  test("gets each service's state, and what the source reported", async () => {
    const services = await prometheus.query("dashboard_service_up");
    expect(new Set(services.map(({ labels }) => labels.service))).toEqual(new Set(serviceNames));
    expect(services.filter(({ value }) => value !== 1)).toEqual([]);
    const source = { source: "lensia-main-site", metric: "activeUsers" };
    expect(await prometheus.query("dashboard_source_value")).toMatchObject([{ labels: source, value: 1_250 }]);
    const [age] = await prometheus.query("time() - dashboard_source_last_report_timestamp_seconds");
    expect(age?.value).toBeGreaterThan(-1);
    expect(age?.value).toBeLessThan(60);
  });

  test("gets webhook deliveries by outcome, also the outcome that none had", async () => {
    const deliveries = await prometheus.query("webhook_deliveries_total");
    const byOutcome = Object.fromEntries(deliveries.map(({ labels, value }) => [labels.outcome, value]));
    expect(byOutcome).toEqual({ delivered: expect.any(Number), failed: 0 });
    expect(byOutcome.delivered).toBeGreaterThan(0);
  });

  test("sees that the worker gets on with the jobs", async () => {
    expect(await prometheus.query("dashboard_worker_stalled")).toMatchObject([{ value: 0 }]);
  });

  test("counts the API's requests by route", async () => {
    const routes = await prometheus.query('http_server_request_duration_count{http_route="/api/jobs"}');
    expect(routes).toMatchObject([{ labels: { http_request_method: "POST", http_response_status_code: "202" } }]);
  });

  test("finds no more series than the catalogue's label values allow, whatever callers ask for", async () => {
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await service.get(`/nobody/knows/${i}`);
        await service.get(`/api/jobs/${i}`);
        await fetch(`${service.url}/api/jobs/${i}`, { method: i % 2 === 0 ? "PATCH" : "PROPFIND" });
      }),
    );
    for (const [endpoint, url] of [
      ["dashboard", `${service.url}/metrics`],
      ["otel", service.metricsUrl],
    ] as const) {
      const page = await (await fetch(url)).text();
      const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      const own = lines.filter((line) => !runtimeMetricPrefixes.some((prefix) => line.startsWith(prefix)));
      const most = countSeries(names.filter((name) => metrics[name].endpoint === endpoint));
      process.stdout.write(
        `${endpoint}: ${lines.length} series, ${own.length} of the catalogue's, which allows ${most}\n`,
      );
      expect(own.length).toBeGreaterThan(0);
      expect(own.length).toBeLessThanOrEqual(most);
    }
    await eventually(async () => {
      const asked = await prometheus.series("http_server_request_duration_count");
      const valuesOf = (label: string) => [...new Set(asked.map((series) => series[label]))];
      expect(valuesOf("http_request_method")).toEqual(expect.arrayContaining(["PATCH", "_OTHER"]));
      expect(methods).toEqual(expect.arrayContaining(valuesOf("http_request_method")));
      expect(routes).toEqual(expect.arrayContaining(valuesOf("http_route")));
      expect(statuses).toEqual(expect.arrayContaining(valuesOf("http_response_status_code")));
    });
  });

  (promtool === undefined ? test.skip : test)("promtool has nothing to say against either page", async () => {
    for (const url of [`${service.url}/metrics`, service.metricsUrl]) {
      const input = await (await fetch(url)).text();
      const { status, stdout, stderr } = spawnSync(promtool ?? "", ["check", "metrics"], { input, encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    }
  });
});
