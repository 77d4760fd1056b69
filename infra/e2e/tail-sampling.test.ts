import { beforeAll, describe, expect, test } from "@jest/globals";
import { Client } from "pg";
import { z } from "zod";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { type Collector, type ReceivedSpan, startCollector } from "./collector.ts";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { type LatencyProxy, startLatencyProxy } from "./latency-proxy.ts";
import { type Server, startPostgres } from "./programs.ts";
import { through } from "./redis-behind-proxy.ts";
import { apiKey, type ServiceProcess, startServiceProcess } from "./service-process.ts";

const callerSpanId = "00f067aa0ba902b7";
const unknownJob = "00000000-0000-4000-8000-000000000000";
const LineSchema = z.object({ msg: z.string(), trace_id: z.string().optional(), span_id: z.string().optional() });

describe("a service that samples no trace", () => {
  const keep = createKeep();
  let collector: Collector;
  let database: Server;
  let proxy: LatencyProxy;
  let demo: DemoProcess;
  let service: ServiceProcess;

  beforeAll(async () => {
    collector = keep(await startCollector());
    database = keep(await startPostgres());
    proxy = keep(await startLatencyProxy(database));
    demo = keep(await startDemoProcess({ stepMs: 1 }));
    service = keep(
      await startServiceProcess({
        DATABASE_URL: through(database.url, proxy),
        COMFYUI_URL: demo.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: "100",
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0",
      }),
    );
  });

  const kept = (reason: "slow" | "error", name: string) =>
    collector.spans().filter((span) => span.attributes["gozcu.kept"] === reason && span.name === name);
  const lines = (text: string) =>
    service
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => LineSchema.parse(JSON.parse(line)))
      .filter(({ msg }) => msg.includes(text));

  async function submit(): Promise<string> {
    const response = await service.post("/api/jobs", { type: "image", prompt: "a lighthouse" });
    return z.object({ id: z.uuid() }).parse(await response.json()).id;
  }

  let failedUnsampled = 0;

  /** Makes a request that nobody has foreseen to fail: the jobs are gone. */
  async function failOnce(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query("ALTER TABLE jobs RENAME TO jobs_away");
      const response = await fetch(`${service.url}/api/jobs/${unknownJob}`, {
        headers: { "X-API-Key": apiKey, ...headers },
      });
      expect(response.status).toBe(500);
    } finally {
      await client.query("ALTER TABLE jobs_away RENAME TO jobs");
      await client.end();
    }
  }

  test("keeps a job that fails, with the trace that the log tells", async () => {
    await demo.setFaults({ badNode: 1 });
    const id = await submit();
    const [span] = await eventually(() => {
      const spans = kept("error", "process image");
      expect(spans).toHaveLength(1);
      return spans;
    });
    expect(span).toMatchObject({ kind: "consumer", status: "error" });
    expect(span?.attributes).toMatchObject({ "job.id": id, "error.type": expect.any(String) });
    expect(lines(`job ${id}: `)).toMatchObject([{ trace_id: span?.traceId, span_id: span?.spanId }]);
    expect(await (await service.get(`/api/jobs/${id}`)).json()).toMatchObject({ traceId: span?.traceId });
  });

  test("keeps a request that fails, with the trace that the log tells", async () => {
    await failOnce();
    failedUnsampled += 1;
    const [span] = await eventually(() => {
      const spans = kept("error", "GET /api/jobs/:id");
      expect(spans).toHaveLength(1);
      return spans;
    });
    expect(span).toMatchObject({ kind: "server", status: "error", parentSpanId: undefined });
    expect(span?.attributes).toMatchObject({ "http.response.status_code": 500, "error.type": "500" });
    expect(lines("request failed")).toMatchObject([{ trace_id: span?.traceId, span_id: span?.spanId }]);
  });

  test("keeps a request that takes longer than its budget", async () => {
    const before = kept("slow", "GET /api/jobs/:id").length;
    proxy.slowDown(endpoints.jobRead.budgetSeconds * 1_000 + 50);
    expect((await service.get(`/api/jobs/${unknownJob}`)).status).toBe(404);
    proxy.slowDown(0);
    await eventually(() => expect(kept("slow", "GET /api/jobs/:id").length).toBeGreaterThan(before));
  });

  test("goes on with the trace of a caller that samples it, and its log lines with it", async () => {
    const traceId = "c".repeat(32);
    await failOnce({ traceparent: `00-${traceId}-${callerSpanId}-01` });
    const own = () => collector.spans().filter((span) => span.traceId === traceId && span.kind === "server");
    const [span] = await eventually(() => {
      expect(own()).toHaveLength(1);
      return own();
    });
    expect(span).toMatchObject({ parentSpanId: callerSpanId, status: "error" });
    expect(span?.attributes).not.toHaveProperty(["gozcu.kept"]);
    const line = lines("request failed").find(({ trace_id }) => trace_id === traceId);
    expect(line?.span_id).toBe(span?.spanId);
  });

  test("leaves no span of what goes well in time", async () => {
    const id = await submit();
    await eventually(async () =>
      expect(await (await service.get(`/api/jobs/${id}`)).json()).toMatchObject({ status: "completed" }),
    );
    for (let n = 0; n < 20; n += 1) expect((await service.get("/api/ping")).status).toBe(200);
    expect((await service.get(`/api/jobs/${unknownJob}`)).status).toBe(404);
    // Whatever those have left is sent at the end.
    await service.stop();
    const budgets = new Map(
      Object.values(endpoints).map(({ method, route, budgetSeconds }) => [`${method} ${route}`, budgetSeconds]),
    );
    const secondsOf = ({ start, end }: ReceivedSpan) => Number(end - start) / 1e9;
    const roots = collector.spans().filter((span) => span.traceId !== "c".repeat(32));
    for (const span of roots) {
      expect(span.attributes["gozcu.kept"]).toMatch(/^(slow|error)$/);
      if (span.attributes["gozcu.kept"] === "slow")
        expect(secondsOf(span)).toBeGreaterThan(budgets.get(span.name) ?? 0);
    }
    const failed = roots.filter(({ kind, attributes }) => kind === "server" && attributes["gozcu.kept"] === "error");
    expect(failed).toHaveLength(failedUnsampled);
  });
});
