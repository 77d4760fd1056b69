import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { createSpanRecorder } from "./span-recorder.ts";
import { tracedFetch } from "./traced-fetch.ts";
import { createTracing, type Tracing } from "./tracing.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
let tracing: Tracing;
let request: typeof fetch;
const server = createServer((req, res) => {
  res.statusCode = Number(req.headers["x-answer"] ?? 200);
  res.end(JSON.stringify({ method: req.method, headers: req.headers }));
});
let port: number;

beforeEach(async () => {
  recorder = createSpanRecorder({ tail: true });
  tracing = createTracing(recorder);
  request = tracedFetch(tracing, fetch);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  await recorder.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** In a job's span, which comes last. */
const requestInJob: typeof fetch = (...args) => tracing.run("job", {}, () => request(...args));

describe("tracedFetch", () => {
  test("makes a client span and sends it along in the headers", async () => {
    const response = await tracing.run("job", {}, () =>
      request(`http://127.0.0.1:${port}/prompt?token=secret`, { method: "post", headers: { "x-own": "kept" } }),
    );
    const seen = (await response.json()) as { method: string; headers: Record<string, string> };
    const [span, job] = recorder.spans();
    expect(span?.name).toBe("POST 127.0.0.1");
    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.parentSpanContext?.spanId).toBe(job?.spanContext().spanId);
    expect(span?.attributes).toEqual({
      "http.request.method": "POST",
      "server.address": "127.0.0.1",
      "server.port": port,
      "url.full": `http://127.0.0.1:${port}/prompt`,
      "http.response.status_code": 200,
    });
    const { traceId, spanId } = span?.spanContext() ?? {};
    expect(seen.headers).toMatchObject({ traceparent: `00-${traceId}-${spanId}-01`, "x-own": "kept" });
  });

  test("takes a Request and a URL as fetch does", async () => {
    const url = new URL(`http://127.0.0.1:${port}/a`);
    const response = await requestInJob(new Request(url, { method: "PUT", headers: { "x-own": "kept" } }));
    expect(await response.json()).toMatchObject({ method: "PUT", headers: { "x-own": "kept" } });
    expect((await requestInJob(url)).status).toBe(200);
    const methods = recorder.spans().map((span) => span.attributes["http.request.method"]);
    expect(methods).toEqual(["PUT", undefined, "GET", undefined]);
  });

  test.each([404, 503])("marks the span of a %d as failed and answers it", async (status) => {
    const response = await requestInJob(`http://127.0.0.1:${port}/`, { headers: { "x-answer": String(status) } });
    expect(response.status).toBe(status);
    const [span] = recorder.spans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ "http.response.status_code": status, "error.type": String(status) });
  });

  test("records that nobody answered and rejects as fetch does", async () => {
    const refused = createServer();
    await new Promise<void>((resolve) => refused.listen(0, "127.0.0.1", resolve));
    const { port: free } = refused.address() as AddressInfo;
    await new Promise((resolve) => refused.close(resolve));
    await expect(requestInJob(`http://127.0.0.1:${free}/`)).rejects.toThrow("fetch failed");
    expect(recorder.spans()[0]?.status.code).toBe(SpanStatusCode.ERROR);
  });

  test("does not record credentials", async () => {
    await expect(requestInJob(`http://user:password@127.0.0.1:${port}/`)).rejects.toThrow();
    expect(recorder.spans()[0]?.attributes["url.full"]).toBe(`http://127.0.0.1:${port}/`);
  });

  test("is fetch itself where no trace is active", async () => {
    const response = await request(`http://127.0.0.1:${port}/`);
    expect((await response.json()) as object).not.toHaveProperty("headers.traceparent");
    expect(recorder.spans()).toEqual([]);
  });

  test("passes a trace on that is not recorded, and tells it nothing", async () => {
    const parent = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` };
    const init = { headers: { "x-answer": "503" } };
    const response = await tracing.run("job", { parent }, () => request(`http://127.0.0.1:${port}/`, init));
    const { headers } = (await response.json()) as { headers: Record<string, string> };
    expect(headers.traceparent).toMatch(new RegExp(`^00-${"a".repeat(32)}-[0-9a-f]{16}-00$`));
    expect(recorder.spans()).toEqual([]);
  });
});
