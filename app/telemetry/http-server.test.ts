import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import express, { type ErrorRequestHandler } from "express";
import { expressMessages } from "./express-messages.ts";
import { instrumentApp } from "./http-server.ts";
import { createSpanRecorder } from "./span-recorder.ts";
import { createTracing } from "./tracing.ts";

const duration = "http.server.request.duration";

let recorder: ReturnType<typeof createSpanRecorder>;
let server: Server;
let origin: string;
/** Resolves when the server has closed a response, and so recorded it. */
let recorded: Promise<unknown>;
/** Resolves when Node has told of the end of `/late`. */
let lateEnd: Promise<unknown> = Promise.resolve();

beforeEach(async () => {
  recorder = createSpanRecorder();
  const tracing = createTracing(recorder);
  const app = express();
  app.use((_req, res, next) => {
    recorded = new Promise<void>((resolve) => res.once("close", () => setImmediate(resolve)));
    next();
  });

  app.use(express.json());
  app.get("/livez", (_req, res) => void res.send("ok"));
  app.post("/api/jobs", async (req, res) => {
    await Promise.resolve();
    res.json({ body: req.body, traceId: tracing.traceId(), spanId: tracing.spanId() });
  });
  app.get("/hang", () => undefined);
  app.get("/late", (_req, res) => {
    res.set("Content-Length", "5").write("begun");
    res.once("close", () => {
      res.end();
      lateEnd = new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
    });
  });
  app.get("/stream", (_req, res) => void res.write("begun"));
  const router = express.Router();
  router.get("/:id", (_req, res) => void res.json({}));
  router.get("/:id/fail", () => {
    throw new Error("broken");
  });
  router.get("/", (_req, res) => void res.json([]));
  app.use("/api/jobs", router);
  const tenant = express.Router({ mergeParams: true });
  tenant.get("/items/:id", (_req, res) => void res.json({}));
  app.use("/api/tenants/:tenant", (_req, _res, next) => next(), express.Router().use(tenant));
  const onError: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).json({});
  app.use(onError);
  const listener = instrumentApp(app, { ...recorder, ignore: (path) => path === "/livez" });
  server = createServer(expressMessages(app), listener).listen(0, "127.0.0.1");
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
      "network.protocol.version": "1.1",
      "url.path": "/api/jobs/17",
      "url.scheme": "http",
    });
    const [point] = await recorder.points(duration);
    expect(point?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/api/jobs/:id",
      "http.response.status_code": 200,
      "network.protocol.version": "1.1",
      "url.scheme": "http",
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
    expect(points).toMatchObject([
      { attributes: { "http.route": "(unmatched)", "http.response.status_code": 404 }, value: { count: 2 } },
    ]);
  });

  test("keeps the names of parameters in the path that a router is mounted on, so that callers cannot invent series", async () => {
    await send("/api/tenants/acme/items/1");
    await send("/api/tenants/globex/items/2");
    await send("/api/tenants/acme/items/3");
    const route = "/api/tenants/:tenant/items/:id";
    expect(recorder.spans().map((span) => span.name)).toEqual([`GET ${route}`, `GET ${route}`, `GET ${route}`]);
    expect(await recorder.points(duration)).toMatchObject([
      { attributes: { "http.route": route }, value: { count: 3 } },
    ]);
  });

  test("names the root of a router by where it is mounted", async () => {
    await send("/api/jobs/");
    expect(recorder.spans()[0]?.name).toBe("GET /api/jobs");
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
    expect(span?.attributes).toMatchObject({
      "http.request.method": "_OTHER",
      "http.request.method_original": "PROPFIND",
    });
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

  test("counts a request once whose answer is ended after the client has left", async () => {
    // Its length is told, so that nothing is left to write: Node then tells of the end although nobody is there.
    await abort("/late", "after the first bytes");
    await lateEnd;
    expect(recorder.spans()).toHaveLength(1);
    expect(recorder.spans()[0]?.attributes).toMatchObject({ "error.type": "aborted" });
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
    expect(await recorder.points(duration)).toMatchObject([{ value: { count: 1 } }]);
  });

  test("is a root where the server was made to listen in a span", async () => {
    const outside = recorder.tracer.startSpan("start");
    const inner = createServer(instrumentApp(express(), recorder));
    context.with(trace.setSpan(ROOT_CONTEXT, outside), () => inner.listen(0, "127.0.0.1"));
    await once(inner, "listening");
    const { port } = inner.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}/`);
    expect(recorder.spans()[0]?.parentSpanContext).toBeUndefined();
    inner.closeAllConnections();
    inner.close();
  });

  test("is not made for ignored paths", async () => {
    await send("/livez?verbose");
    expect(recorder.spans()).toEqual([]);
    expect(await recorder.points(duration)).toEqual([]);
  });

  test("has a series of its own for what failed", async () => {
    await send("/api/jobs/17/fail");
    expect(await recorder.points(duration)).toMatchObject([
      { attributes: { "error.type": "500" }, value: { count: 1 } },
    ]);
  });

  test("leaves no active span behind", async () => {
    await send("/api/jobs/1");
    await abort("/hang", "at once");
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
  });
});

describe("a request that fails and is not sampled", () => {
  const unsampled = { headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` } };

  test("is kept by the tail, but not where it was refused before it had a route", async () => {
    const kept = createSpanRecorder({ tail: true });
    const app = express();
    app.get("/fail", (_req, res) => void res.status(503).json({}));
    app.use((_req, res) => void res.status(503).json({}));
    const tailed = createServer(instrumentApp(app, kept)).listen(0, "127.0.0.1");
    await once(tailed, "listening");
    const { port } = tailed.address() as AddressInfo;
    for (const path of ["/refused", "/fail"]) await fetch(`http://127.0.0.1:${port}${path}`, unsampled);
    expect(kept.spans().map(({ name }) => name)).toEqual(["GET /fail"]);
    tailed.closeAllConnections();
    tailed.close();
    await kept.close();
  });
});

describe("a request that is not sampled", () => {
  const unsampled = { headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` } };

  test("leaves no span and is counted like any other", async () => {
    await send("/api/jobs/17", unsampled);
    await send("/api/jobs/17/fail", unsampled);
    expect(recorder.spans()).toEqual([]);
    const points = await recorder.points(duration);
    expect(points.map(({ attributes }) => attributes)).toMatchObject([
      { "http.route": "/api/jobs/:id", "http.response.status_code": 200 },
      { "http.route": "/api/jobs/:id/fail", "http.response.status_code": 500 },
    ]);
  });

  test("has ids nevertheless, which are the caller's trace and a span of its own", async () => {
    const body = JSON.stringify({});
    const headers = { ...unsampled.headers, "content-type": "application/json" };
    const response = await send("/api/jobs", { method: "POST", body, headers });
    expect(await response.json()).toEqual({
      body: {},
      traceId: "a".repeat(32),
      spanId: expect.stringMatching(/^(?!b{16})[0-9a-f]{16}$/),
    });
  });
});
