import { once } from "node:events";
import { request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import express, { type ErrorRequestHandler } from "express";
import { createRequestTelemetry } from "./http-server.ts";
import { createSpanRecorder } from "./span-recorder.ts";
import { createTracing } from "./tracing.ts";

const duration = "http.server.request.duration";

let recorder: ReturnType<typeof createSpanRecorder>;
let server: Server;
let origin: string;
/** Resolves when the server has closed a response, and so recorded it. */
let recorded: Promise<unknown>;

beforeEach(async () => {
  recorder = createSpanRecorder();
  const tracing = createTracing(recorder);
  const app = express();
  app.use((_req, res, next) => {
    recorded = new Promise<void>((resolve) => res.once("close", () => setImmediate(resolve)));
    next();
  });
  app.use(createRequestTelemetry({ ...recorder, ignore: (path) => path === "/livez" }));
  app.use(express.json());
  app.get("/livez", (_req, res) => void res.send("ok"));
  app.post("/api/jobs", async (req, res) => {
    await Promise.resolve();
    res.json({ body: req.body, traceId: tracing.traceId(), spanId: tracing.spanId() });
  });
  app.get("/hang", () => undefined);
  app.get("/stream", (_req, res) => void res.write("begun"));
  const router = express.Router();
  router.get("/:id", (_req, res) => void res.json({}));
  router.get("/:id/fail", () => {
    throw new Error("broken");
  });
  app.use("/api/jobs", router);
  const onError: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).json({});
  app.use(onError);
  server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await recorder.close();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

async function send(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(origin + path, init);
  await recorded;
  return response;
}

describe("a request's telemetry", () => {
  test("has the route's pattern on the span and on the metric", async () => {
    await send("/api/jobs/17?token=secret");
    const [span] = recorder.spans();
    expect(span?.name).toBe("GET /api/jobs/:id");
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/api/jobs/:id",
      "http.response.status_code": 200,
      "url.path": "/api/jobs/17",
      "url.scheme": "http",
    });
    const [point] = await recorder.points(duration);
    expect(point?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/api/jobs/:id",
      "http.response.status_code": 200,
    });
  });

  test("measures seconds", async () => {
    const before = performance.now();
    await send("/api/jobs/17");
    const longest = (performance.now() - before) / 1_000;
    const [point] = await recorder.points(duration);
    const histogram = point?.value as { sum: number } | undefined;
    expect(histogram?.sum).toBeGreaterThan(0);
    expect(histogram?.sum).toBeLessThan(longest);
  });

  test("has an active span in handlers, after the body was read and a promise awaited", async () => {
    const body = JSON.stringify({ type: "image" });
    const response = await send("/api/jobs", { method: "POST", body, headers: { "content-type": "application/json" } });
    const [span] = recorder.spans();
    const { traceId, spanId } = span?.spanContext() ?? {};
    expect(await response.json()).toEqual({ body: { type: "image" }, traceId, spanId });
  });

  test("goes on with the caller's trace", async () => {
    await send("/api/jobs/1", { headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` } });
    const [span] = recorder.spans();
    expect(span?.spanContext().traceId).toBe("a".repeat(32));
    expect(span?.parentSpanContext?.spanId).toBe("b".repeat(16));
  });

  test("counts all that match no route as one series", async () => {
    await send("/nothing/1");
    await send("/nothing/2");
    expect(recorder.spans().map((span) => span.name)).toEqual(["GET", "GET"]);
    expect(recorder.spans()[0]?.attributes).not.toHaveProperty(["http.route"]);
    expect(recorder.spans()[0]?.status.code).toBe(SpanStatusCode.UNSET);
    const points = await recorder.points(duration);
    expect(points.map(({ attributes }) => attributes)).toEqual([
      { "http.request.method": "GET", "http.route": "(unmatched)", "http.response.status_code": 404 },
    ]);
  });

  test("marks a 5xx as failed and keeps its route, mount path included", async () => {
    await send("/api/jobs/17/fail");
    const [span] = recorder.spans();
    expect(span?.name).toBe("GET /api/jobs/:id/fail");
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ "http.response.status_code": 500, "error.type": "500" });
  });

  test("calls a method that is not HTTP's own _OTHER", async () => {
    await send("/api/jobs/1", { method: "PROPFIND" });
    const [span] = recorder.spans();
    expect(span?.name).toBe("HTTP");
    expect(span?.attributes["http.request.method"]).toBe("_OTHER");
  });

  async function abort(path: string, when: "at once" | "after the first bytes"): Promise<void> {
    const arrived = once(server, "request");
    const call = httpRequest(origin + path, { agent: false }).end();
    call.on("error", () => undefined);
    if (when === "at once") await arrived;
    else await once(call, "response");
    call.destroy();
    await recorded;
  }

  test("records a request that the client gave up before there was an answer", async () => {
    await abort("/hang", "at once");
    expect(recorder.spans()[0]?.attributes).toMatchObject({
      "http.route": "/hang",
      "http.response.status_code": 499,
      "error.type": "aborted",
    });
    const [point] = await recorder.points(duration);
    expect(point?.attributes).toMatchObject({ "http.route": "/hang", "http.response.status_code": 499 });
  });

  test("records the status that was sent when the client leaves in the middle of the answer", async () => {
    await abort("/stream", "after the first bytes");
    expect(recorder.spans()[0]?.attributes).toMatchObject({
      "http.response.status_code": 200,
      "error.type": "aborted",
    });
  });

  test("is not made for ignored paths", async () => {
    await send("/livez?verbose");
    expect(recorder.spans()).toEqual([]);
    expect(await recorder.points(duration)).toEqual([]);
  });

  test("leaves no active span behind", async () => {
    await send("/api/jobs/1");
    await abort("/hang", "at once");
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
  });
});
