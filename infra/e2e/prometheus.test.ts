import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { anyValue, type MetricName, metrics, promName, runtimeMetricPrefixes } from "../../app/catalogue/metrics.ts";
import { serviceNames } from "../../app/catalogue/names.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
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

/** A visitor's session that reports what it measured. */
async function measure(service: ServiceProcess, measurements: object): Promise<void> {
  const created = await service.post("/api/sessions", undefined);
  const { id, token } = z.object({ id: z.uuid(), token: z.string() }).parse(await created.json());
  const authorization = { Authorization: `Bearer ${token}` };
  const { status } = await service.post(`/api/sessions/${id}/measurements`, measurements, authorization);
  expect(status).toBe(202);
}

const suite = program === undefined ? describe.skip : describe;
suite("Prometheus, that scrapes a service at work", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let receiver: WebhookReceiver;
  let prometheus: Prometheus;

  /** A job with its webhook, a session's measurements and a source's report: what makes every metric move. */
  async function work(): Promise<void> {
    const before = receiver.received().length;
    await service.post("/api/jobs", { type: "image", prompt: `a lighthouse, ${before}`, webhookUrl: receiver.url });
    await measure(service, { webrtcConnectionTimeMs: 234, queueWaitTimeMs: 5_000 });
    await service.post("/api/telemetry", { source: "lensia-main-site", metrics: { activeUsers: 1_250 } });
    await eventually(() => expect(receiver.received().length).toBeGreaterThan(before));
  }

  beforeAll(async () => {
    const database = keep(await startPostgres());
    receiver = keep(await startWebhookReceiver(webhookSecret));
    service = keep(await startServiceProcess({ DATABASE_URL: database.url, ENABLE_PROFILING: "true" }));
    prometheus = keep(
      await startPrometheus(program ?? "", {
        [jobs.dashboard]: `${service.url}/metrics`,
        [jobs.otel]: service.metricsUrl,
      }),
    );
    await work();
    // A rate needs a series to go up while Prometheus looks.
    await eventually(async () => {
      const scraped = new Set((await prometheus.series('{job=~".+"}')).map(({ __name__ }) => __name__));
      expect(names.flatMap(sampleNames).filter((name) => !scraped.has(name))).toEqual([]);
    });
    await work();
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
      for (const { __name__, job: _job, instance: _instance, le, ...own } of series) {
        expect(__name__).toBe(sample);
        expect(le !== undefined).toBe(sample.endsWith("_bucket"));
        expect(Object.keys(own).toSorted()).toEqual(labels.map(([key]) => key.replaceAll(".", "_")).toSorted());
        for (const [key, values] of labels) {
          if (values !== anyValue) expect(values).toContain(own[key.replaceAll(".", "_")]);
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

  test("counts the API's requests by route", async () => {
    const routes = await prometheus.query('http_server_request_duration_count{http_route="/api/jobs"}');
    expect(routes).toMatchObject([{ labels: { http_request_method: "POST", http_response_status_code: "202" } }]);
  });

  (promtool === undefined ? test.skip : test)("promtool has nothing to say against either page", async () => {
    for (const url of [`${service.url}/metrics`, service.metricsUrl]) {
      const input = await (await fetch(url)).text();
      const { status, stdout, stderr } = spawnSync(promtool ?? "", ["check", "metrics"], { input, encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    }
  });
});
