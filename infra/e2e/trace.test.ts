import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { type DemoRenderer, startDemoRenderer } from "../../app/demo-renderer/server.ts";
import { type Collector, type ReceivedSpan, startCollector } from "./collector.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres, startRedis } from "./programs.ts";
import { type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** The caller's span, as a proxy or a browser in front of the API would send it. */
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const callerSpanId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${callerSpanId}-01`;

const starters = {
  "the queue in Postgres": async () => undefined,
  "the queue in Redis": startRedis,
} as const;
const isInstalled = { "the queue in Postgres": true, "the queue in Redis": findProgram("redis-server") !== undefined };

/** Requests that servers of this process get: the demo renderer's and the receiver's. */
function watchRequests() {
  const requests: { readonly port: string; readonly route: string; readonly traceparent: string | undefined }[] = [];
  const note = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    const { url = "", method, headers } = request;
    const header = headers.traceparent;
    requests.push({
      port: headers.host?.split(":")[1] ?? "",
      route: `${method} ${url.split(/[?]|(?<=\/history)\//)[0]}`,
      traceparent: Array.isArray(header) ? header[0] : header,
    });
  };
  subscribe("http.server.request.start", note);
  return {
    at: (serverUrl: string) => requests.filter(({ port }) => port === new URL(serverUrl).port),
    close: () => void unsubscribe("http.server.request.start", note),
  };
}

for (const [name, startQueue] of Object.entries(starters)) {
  const suite = isInstalled[name as keyof typeof starters] ? describe : describe.skip;

  suite(`one trace through API and worker, with ${name}`, () => {
    const keep = createKeep();
    const requests = watchRequests();
    let collector: Collector;
    let renderer: DemoRenderer;
    let receiver: WebhookReceiver;
    let api: ServiceProcess;
    let worker: ServiceProcess;
    let jobId: string;

    const trace = () => collector.spans().filter((span) => span.traceId === traceId);
    function only(spans: readonly ReceivedSpan[]): ReceivedSpan {
      expect(spans).toHaveLength(1);
      const [span] = spans;
      if (span === undefined) throw new Error("there is no such span");
      return span;
    }
    const named = (spanName: string) => only(trace().filter((span) => span.name === spanName));
    const isRequest = (span: ReceivedSpan) => span.kind === "client" && "server.port" in span.attributes;
    const childrenOf = (parent: ReceivedSpan) => trace().filter((span) => span.parentSpanId === parent.spanId);

    beforeAll(async () => {
      const database = keep(await startPostgres());
      const queue = await startQueue();
      if (queue) keep(queue);
      collector = keep(await startCollector());
      renderer = keep(await startDemoRenderer({ stepMs: 1 }));
      receiver = keep(await startWebhookReceiver(webhookSecret));
      const settings = {
        DATABASE_URL: database.url,
        QUEUE_URL: queue?.url ?? "",
        COMFYUI_URL: renderer.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: "100",
      };
      api = keep(await startServiceProcess({ ...settings, ROLE: "api", OTEL_SERVICE_NAME: "the-api" }));
      worker = keep(await startServiceProcess({ ...settings, ROLE: "worker", OTEL_SERVICE_NAME: "the-worker" }));

      const order = { type: "image", prompt: "a lighthouse", webhookUrl: receiver.url };
      const response = await api.post("/api/jobs", order, { traceparent });
      expect(response.status).toBe(202);
      jobId = z.object({ id: z.uuid() }).parse(await response.json()).id;
      // They come in batches, the API's apart from the worker's.
      const last = ["POST /api/jobs", "enqueue job", "process image", "deliver webhook"];
      await eventually(() => expect(trace().map((span) => span.name)).toEqual(expect.arrayContaining(last)));
    });
    afterAll(() => requests.close());

    test("goes on from the caller's span through request, queue, processing and delivery", () => {
      const request = named("POST /api/jobs");
      const enqueue = named("enqueue job");
      const processing = named("process image");
      const delivery = named("deliver webhook");
      expect(request).toMatchObject({ kind: "server", service: "the-api", parentSpanId: callerSpanId });
      expect(enqueue).toMatchObject({ kind: "producer", service: "the-api", parentSpanId: request.spanId });
      expect(processing).toMatchObject({ kind: "consumer", service: "the-worker", parentSpanId: enqueue.spanId });
      expect(delivery).toMatchObject({ kind: "consumer", service: "the-worker", parentSpanId: processing.spanId });
      expect(processing.attributes).toMatchObject({ "job.id": jobId, "job.type": "image", "job.outcome": "completed" });
      expect(delivery.attributes).toMatchObject({ "webhook.outcome": "delivered", "http.response.status_code": 204 });
    });

    test("has a client span of the worker for each request to ComfyUI", () => {
      const calls = childrenOf(named("process image")).filter(isRequest);
      const port = Number(new URL(renderer.url).port);
      for (const call of calls) {
        expect(call).toMatchObject({ service: "the-worker", status: "unset" });
        expect(call.attributes).toMatchObject({ "server.port": port, "http.response.status_code": 200 });
      }
      const seen = requests.at(renderer.url).filter((request) => request.traceparent?.includes(traceId));
      expect(seen).toHaveLength(calls.length);
      expect(new Set(seen.map((request) => request.traceparent))).toEqual(
        new Set(calls.map((call) => `00-${traceId}-${call.spanId}-01`)),
      );
      expect(new Set(seen.map(({ route }) => route))).toEqual(
        new Set(["POST /prompt", "GET /queue", "GET /history", "GET /view"]),
      );
    });

    test("has the job's and the webhook's way into their queues", () => {
      for (const [queue, parent] of [
        ["jobs", named("enqueue job")],
        ["webhooks", named("process image")],
      ] as const) {
        const sending = named(`send ${queue}`);
        expect(sending).toMatchObject({ kind: "producer", parentSpanId: parent.spanId });
        expect(sending.attributes).toMatchObject({
          "messaging.system": "bullmq",
          "messaging.destination.name": queue,
          "messaging.batch.message_count": 1,
        });
      }
    });

    test("has a client span for each query, under the request or the job that asked", () => {
      const queries = (parent: ReceivedSpan) =>
        childrenOf(parent).filter((span) => span.attributes["db.system.name"] === "postgresql");
      expect(queries(named("enqueue job")).map((span) => span.name)).toEqual(
        ["BEGIN", "INSERT", "INSERT", "COMMIT"].map((operation) => `${operation} postgresql`),
      );
      for (const query of queries(named("process image"))) expect(query.kind).toBe("client");
      const recorded = trace().flatMap(({ attributes }) => Object.values(attributes));
      expect(recorded.map(String).join("\n")).not.toContain("a lighthouse");
    });

    test("reaches the receiver of the webhook", () => {
      expect(receiver.refused()).toEqual([]);
      expect(receiver.received()).toHaveLength(1);
      const { spanId } = named("deliver webhook");
      expect(receiver.received()[0]?.headers).toMatchObject({ traceparent: `00-${traceId}-${spanId}-01` });
    });

    test("holds together: every parent is there, no span is older than its parent, none is open or failed", () => {
      const byId = new Map(trace().map((span) => [span.spanId, span]));
      for (const span of trace()) {
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.status).not.toBe("error");
        if (span.parentSpanId === callerSpanId) continue;
        const parent = byId.get(span.parentSpanId ?? "");
        expect({ ...span, parent: parent?.name }).toMatchObject({ parent: expect.any(String) });
        expect(parent?.start).toBeLessThanOrEqual(span.start);
      }
      expect(byId.size).toBe(trace().length);
    });

    test("is the trace that the job tells of", async () => {
      const job = await (await api.get(`/api/jobs/${jobId}`)).json();
      expect(job).toMatchObject({ id: jobId, status: "completed", traceId });
    });

    test("names the route on the request's span and in http_server_request_duration", async () => {
      expect(named("POST /api/jobs").attributes).toMatchObject({
        "http.request.method": "POST",
        "http.route": "/api/jobs",
        "http.response.status_code": 202,
        "url.path": "/api/jobs",
      });
      const page = await (await fetch(api.metricsUrl)).text();
      const counts = page.split("\n").filter((line) => line.startsWith("http_server_request_duration_count"));
      const labels = ['http_request_method="POST"', 'http_route="/api/jobs"', 'http_response_status_code="202"'];
      expect(counts.filter((line) => labels.every((label) => line.includes(label)))).toEqual([
        expect.stringMatching(/ [1-9]\d*$/),
      ]);
    });

    test("does not mix with the traces of jobs in hand at the same time", async () => {
      const traces = Array.from({ length: 4 }, (_, n) => String(n + 1).repeat(32));
      await Promise.all(
        traces.map(async (id) => {
          const order = { type: "image", prompt: `lighthouse ${id}`, webhookUrl: receiver.url };
          await api.post("/api/jobs", order, { traceparent: `00-${id}-${callerSpanId}-01` });
        }),
      );
      /** The names of a trace's spans, with the requests to ComfyUI once each: how often it looks is up to the worker. */
      const outline = (id: string) =>
        [...new Set(collector.spans().flatMap((span) => (span.traceId === id ? [span.name] : [])))].toSorted();
      const expected = [...new Set(trace().map((span) => span.name))].toSorted();
      await eventually(() => expect(traces.map(outline)).toEqual(traces.map(() => expected)));
      for (const id of traces) {
        const spans = collector.spans().filter((span) => span.traceId === id);
        expect(spans.filter((span) => span.kind !== "client")).toHaveLength(6);
        const processing = only(spans.filter((span) => span.name === "process image"));
        const calls = spans.filter(isRequest);
        expect(calls.filter((span) => span.parentSpanId !== processing.spanId)).toEqual([]);
      }
    });

    test("does not take in scheduled jobs: each run is a trace of its own", async () => {
      const schedules = ["job.retention", "job.session_cleanup", "job.turn_rotation"];
      const runs = () => collector.spans().filter((span) => span.name.startsWith("job."));
      await eventually(() => expect(new Set(runs().map((span) => span.name))).toEqual(new Set(schedules)));
      for (const run of runs()) {
        expect(run).toMatchObject({ service: "the-worker", parentSpanId: undefined });
        const [, job] = run.name.split(".");
        expect(worker.output()).toMatch(new RegExp(`"trace_id":"${run.traceId}".*"msg":"${job}: `));
      }
      expect(new Set(runs().map((span) => span.traceId)).size).toBe(runs().length);
    });

    test("does not take in the start either, which has spans of its own", () => {
      const started = (spanName: string) =>
        collector
          .spans()
          .filter((span) => span.name === spanName)
          .map(({ service, parentSpanId }) => ({ service, parentSpanId }))
          .toSorted((a, b) => a.service.localeCompare(b.service));
      expect(started("scheduler.init")).toEqual([{ service: "the-worker", parentSpanId: undefined }]);
      expect(started("telegram.init")).toEqual([
        { service: "the-api", parentSpanId: undefined },
        { service: "the-worker", parentSpanId: undefined },
      ]);
    });

    test("leaves no trace of the probes in the background", () => {
      const roots = collector.spans().filter((span) => span.parentSpanId === undefined);
      expect(roots.filter((span) => span.kind === "client")).toEqual([]);
    });
  });
}
