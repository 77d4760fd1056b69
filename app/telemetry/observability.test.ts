import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { metrics as catalogue } from "../catalogue/metrics.ts";
import { observeGauge } from "./instruments.ts";
import { initObservability, type Observability, type ObservabilityOptions } from "./observability.ts";
import { readTelemetrySettings } from "./settings.ts";
import { startSpan, traceAsync } from "./trace.ts";
import { createTraceCollector } from "./trace-collector.ts";

let observability: Observability | undefined;
afterEach(async () => {
  await observability?.shutdown();
  observability = undefined;
});

const anyPort = { OTEL_EXPORTER_PROMETHEUS_PORT: "0" };

function start(env: Record<string, string> = {}, options: ObservabilityOptions = {}): Observability {
  const settings = readTelemetrySettings({ ...anyPort, ...env });
  observability = initObservability("renderer", { settings, serviceVersion: "1.2.3", ...options });
  return observability;
}

async function scrape({ prometheusUrl }: Observability): Promise<string[]> {
  const response = await fetch(String(await prometheusUrl));
  return (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("the Prometheus endpoint", () => {
  test("has histograms by their exact names, with the catalogue's buckets and no other label", async () => {
    const running = start();
    running.metrics.webrtcConnectionTime.record(234);
    const lines = (await scrape(running)).filter((line) => line.startsWith("webrtc_"));
    const bounds = [...catalogue.webrtc_connection_time.buckets, "+Inf"] as const;
    expect(lines).toEqual([
      "webrtc_connection_time_count 1",
      "webrtc_connection_time_sum 234",
      ...bounds.map((le) => `webrtc_connection_time_bucket{le="${le}"} ${le === "+Inf" || le >= 234 ? 1 : 0}`),
    ]);
  });

  test("has the labels of the others, dots written as underscores", async () => {
    const running = start();
    running.metrics.jobProcessingTime.record(900, { job_type: "image", outcome: "completed" });
    running.metrics.queueWaitTime.record(5, { origin: "session" });
    running.metrics.httpServerRequestDuration.record(0.02, {
      "http.request.method": "GET",
      "http.route": "/api/jobs/:id",
      "http.response.status_code": 200,
      "url.scheme": "http",
      "network.protocol.version": "1.1",
    });
    const lines = await scrape(running);
    expect(lines).toContain('job_processing_time_bucket{job_type="image",outcome="completed",le="1000"} 1');
    expect(lines).toContain('queue_wait_time_sum{origin="session"} 5');
    expect(lines).toContain(
      'http_server_request_duration_count{http_request_method="GET",http_route="/api/jobs/:id",http_response_status_code="200",url_scheme="http",network_protocol_version="1.1"} 1',
    );
  });

  test("has active_spans from the start, and one series of it however spans are made", async () => {
    const running = start();
    expect(await scrape(running)).toContain("active_spans 0");
    const span = startSpan("global");
    await running.tracing.run("by the port", {}, async () => {
      const lines = (await scrape(running)).filter((line) => line.startsWith("active_spans"));
      expect(lines).toEqual(["active_spans 2"]);
    });
    span.end();
    expect(await scrape(running)).toContain("active_spans 0");
  });

  test("leaves out a gauge's series as soon as it is no longer read", async () => {
    const running = start();
    let waiting: number | undefined = 3;
    const gauge = observeGauge(running.meter, "queue_depth", () =>
      waiting === undefined ? [] : [{ value: waiting, labels: { queue: "jobs", state: "waiting" } }],
    );
    const series = async () => (await scrape(running)).filter((line) => line.startsWith("queue_depth"));
    expect(await series()).toEqual(['queue_depth{queue="jobs",state="waiting"} 3']);
    waiting = 2;
    expect(await series()).toEqual(['queue_depth{queue="jobs",state="waiting"} 2']);
    waiting = undefined;
    expect(await series()).toEqual([]);
    waiting = 1;
    expect(await series()).toEqual(['queue_depth{queue="jobs",state="waiting"} 1']);
    gauge.close();
    expect(await series()).toEqual([]);
  });

  test("has the Node runtime's metrics, and says which service and version this is", async () => {
    const lines = (await scrape(start())).join("\n");
    expect(lines).toMatch(/^nodejs_eventloop_/m);
    expect(lines).toMatch(/^v8js_memory_heap_used\{/m);
    expect(lines).toMatch(/^target_info\{.*service_name="renderer".*service_version="1\.2\.3"/m);
    expect(lines).not.toContain("process_command");
  });

  test("answers 404 elsewhere and is gone after shutdown", async () => {
    const running = start();
    const url = String(await running.prometheusUrl);
    expect((await fetch(new URL("/", url))).status).toBe(404);
    await running.shutdown();
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("gives way when its port is taken: told once, and everything else goes on", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const told: string[] = [];
    const running = start(
      { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
      { log: (level, message) => told.push(`${level}: ${message}`) },
    );
    expect(await running.prometheusUrl).toBeUndefined();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      new RegExp(`^error: metrics are not served on http://127.0.0.1:${port}/metrics: .*EADDRINUSE`),
    );
    expect(await traceAsync("work", async () => 7)()).toBe(7);
    await running.shutdown();
    await new Promise((resolve) => other.close(resolve));
  });
});

describe("traces", () => {
  test.each([
    ["http/protobuf", "application/x-protobuf"],
    ["http/json", "application/json"],
  ])("go to the collector by OTLP as %s, with service, version, kinds and parentage", async (protocol, type) => {
    const collector = await createTraceCollector();
    const running = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    });
    await running.tracing.run("enqueue", { kind: "producer", attributes: { "job.id": "17" } }, () =>
      traceAsync("inner", async () => undefined)(),
    );
    await running.flush();
    const [inner, enqueue] = collector.spans();
    expect([inner?.name, enqueue?.name]).toEqual(["inner", "enqueue"]);
    expect(inner?.parentSpanId).toBe(enqueue?.spanId);
    expect(enqueue).toMatchObject({ kind: 4, attributes: [{ key: "job.id", value: { stringValue: "17" } }] });
    expect(collector.resource()).toMatchObject({ "service.name": "renderer", "service.version": "1.2.3" });
    expect(collector.requests()).toMatchObject([{ headers: { "content-type": type } }]);
    await running.shutdown();
    await collector.close();
  });

  test("do not include the sending of traces", async () => {
    const collector = await createTraceCollector();
    const running = start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path` });
    startSpan("only").end();
    await running.flush();
    await running.flush();
    await running.shutdown();
    expect(collector.spans().map((span) => span.name)).toEqual(["only"]);
    expect(collector.requests()).toMatchObject([
      { path: "/own/path", headers: expect.not.objectContaining({ traceparent: expect.anything() }) },
    ]);
    await collector.close();
  });

  test("that are left are sent by shutdown", async () => {
    const collector = await createTraceCollector();
    const running = start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    startSpan("last").end();
    await running.shutdown();
    expect(collector.spans().map((span) => span.name)).toEqual(["last"]);
    await collector.close();
  });

  test("have ids but are not kept without an endpoint", async () => {
    const running = start();
    const id = await running.tracing.run("step", {}, async () => running.tracing.traceId());
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each([
    ["in development", { NODE_ENV: "development" }, ["step"]],
    ["where they are asked for", { OTEL_TRACES_EXPORTER: "console" }, ["step"]],
    ["not by default", {}, []],
    ["not in production", { NODE_ENV: "production" }, []],
    ["not when they go nowhere", { NODE_ENV: "development", OTEL_TRACES_EXPORTER: "none" }, []],
    ["not when tracing is off", { NODE_ENV: "development", ENABLE_TRACING: "false" }, []],
  ])("are printed on the console %s", async (_when, env: Record<string, string>, names) => {
    const print = jest.spyOn(console, "dir").mockReturnValue(undefined);
    try {
      await start(env).tracing.run("step", {}, async () => undefined);
      await observability?.flush();
      expect(print.mock.calls.map(([span]) => span)).toEqual(names.map((name) => expect.objectContaining({ name })));
    } finally {
      print.mockRestore();
    }
  });

  test("go to the collector and not to the console when both could have them", async () => {
    const collector = await createTraceCollector();
    const print = jest.spyOn(console, "dir").mockReturnValue(undefined);
    try {
      const running = start({ NODE_ENV: "development", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
      startSpan("step").end();
      await running.shutdown();
      expect(collector.spans().map((span) => span.name)).toEqual(["step"]);
      expect(print).not.toHaveBeenCalled();
    } finally {
      print.mockRestore();
      await collector.close();
    }
  });

  test("keep the caller's trace but make no spans when tracing is off", async () => {
    const running = start({ ENABLE_TRACING: "false" });
    const parent = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
    expect(await running.tracing.run("step", {}, async () => running.tracing.traceId())).toBeUndefined();
    expect(await running.tracing.run("step", { parent }, async () => running.tracing.carrier())).toEqual(parent);
  });

  test("are sampled as OpenTelemetry's variables say", async () => {
    const running = start({ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" });
    const own = await running.tracing.run("step", {}, async () => running.tracing.carrier().traceparent);
    expect(own).toMatch(/-00$/);
    const parent = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
    const followed = await running.tracing.run("step", { parent }, async () => running.tracing.carrier().traceparent);
    expect(followed).toMatch(/-01$/);
  });
});

describe("initObservability", () => {
  test("can start again after shutdown", async () => {
    await start().shutdown();
    const again = start();
    again.metrics.webrtcConnectionTime.record(1);
    expect(await scrape(again)).toContain("webrtc_connection_time_count 1");
  });

  test("reads the environment when it gets no settings, and only logs what is wrong there", async () => {
    const before = { ...process.env };
    const told: string[] = [];
    Object.assign(process.env, anyPort, { OTEL_TRACES_SAMPLER: "sometimes" });
    try {
      observability = initObservability("renderer", { log: (_level, message) => told.push(message) });
    } finally {
      process.env = before;
    }
    expect(await observability.prometheusUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(told).toEqual([
      expect.stringMatching(/^OTEL_TRACES_SAMPLER must be one of .*"sometimes".*default is used$/),
    ]);
  });
});
