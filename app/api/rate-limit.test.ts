import { afterEach, describe, expect, test } from "@jest/globals";
import { apiKey, createWorld, startTestApi, withKey } from "./fake-desks.ts";

let api: Awaited<ReturnType<typeof startTestApi>>;
afterEach(() => api.close());

const ping = (headers: Record<string, string> = {}) => api.send("GET", "/api/ping", { headers });

describe("enforced", () => {
  test("the second request within the interval is refused, and told when to come again", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce" });
    const first = await ping();
    expect(first.status).toBe(200);
    expect(first.headers.get("ratelimit-policy")).toMatch(/^"1-in-10sec"; q=1; w=10; pk=:.+:$/);
    expect(first.headers.get("ratelimit")).toMatch(/^"1-in-10sec"; r=0; t=\d+$/);
    const second = await ping();
    expect(second.status).toBe(429);
    expect(second.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(second.body).toMatchObject({ type: "urn:gozcu:problem:too-many-requests", status: 429 });
    const retryAfter = Number(second.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(10);
  });

  test("each endpoint counts for itself, and a path's methods too", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce" });
    expect((await ping()).status).toBe(200);
    expect((await api.send("GET", "/api/health")).status).toBe(200);
    expect((await api.send("GET", "/api/telemetry", { headers: withKey })).status).toBe(200);
    const report = { headers: withKey, body: { source: "x", metrics: { a: 1 } } };
    expect((await api.send("POST", "/api/telemetry", report)).status).toBe(202);
    expect((await api.send("POST", "/api/telemetry", report)).status).toBe(429);
  });

  test("a valid key is a client of its own; made-up keys are all their address", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce" });
    expect((await ping({ "X-API-Key": "made-up-1" })).status).toBe(200);
    expect((await ping({ "X-API-Key": "made-up-2" })).status).toBe(429);
    expect((await ping({ "X-API-Key": apiKey })).status).toBe(200);
    expect((await ping({ "X-API-Key": "another-key" })).status).toBe(200);
    expect((await ping({ "X-API-Key": apiKey })).status).toBe(429);
  });

  test("a forwarded address counts only behind as many proxies as are trusted", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce" });
    expect((await ping({ "X-Forwarded-For": "203.0.113.1" })).status).toBe(200);
    expect((await ping({ "X-Forwarded-For": "203.0.113.2" })).status).toBe(429);
    await api.close();
    api = await startTestApi(createWorld(), { rateLimit: "enforce", trustProxy: 1 });
    expect((await ping({ "X-Forwarded-For": "203.0.113.1" })).status).toBe(200);
    expect((await ping({ "X-Forwarded-For": "203.0.113.2" })).status).toBe(200);
    expect((await ping({ "X-Forwarded-For": "198.51.100.9, 203.0.113.2" })).status).toBe(429);
  });

  test("a network of IPv6 addresses is one client", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce", trustProxy: 1 });
    expect((await ping({ "X-Forwarded-For": "2001:db8:0:1::1" })).status).toBe(200);
    expect((await ping({ "X-Forwarded-For": "2001:db8:0:2::2" })).status).toBe(429);
    expect((await ping({ "X-Forwarded-For": "2001:db8:1::1" })).status).toBe(200);
  });

  test("the probes and the metrics are never limited", async () => {
    api = await startTestApi(createWorld(), { rateLimit: "enforce" });
    for (const path of ["/livez", "/readyz", "/metrics"]) {
      for (let n = 0; n < 3; n++) {
        const { status, headers } = await api.send("GET", path);
        expect(status).toBe(200);
        expect(headers.get("ratelimit-policy")).toBeNull();
      }
    }
  });
});

test("advised, every request is served, and told how it stands", async () => {
  api = await startTestApi(createWorld(), { rateLimit: "advise" });
  for (let n = 0; n < 3; n++) {
    const { status, headers } = await ping();
    expect(status).toBe(200);
    expect(headers.get("ratelimit")).toMatch(/r=0/);
    expect(headers.get("ratelimit-policy")).toMatch(/q=1; w=10/);
    expect(headers.get("retry-after")).toBeNull();
  }
});

test("the policy names who is counted, the same each time and without the address", async () => {
  api = await startTestApi(createWorld(), { rateLimit: "advise", trustProxy: 1 });
  const partitionOf = async (address: string) =>
    /pk=:(.+):/.exec((await ping({ "X-Forwarded-For": address })).headers.get("ratelimit-policy") ?? "")?.[1];
  const first = await partitionOf("203.0.113.1");
  expect(first).toMatch(/^[\w+/]{16}$/);
  expect(await partitionOf("203.0.113.1")).toBe(first);
  expect(await partitionOf("203.0.113.2")).not.toBe(first);
  expect(await partitionOf("2001:db8:0:1::1")).toBe(await partitionOf("2001:db8:0:2::2"));
});

test("off, nothing is told", async () => {
  api = await startTestApi(createWorld(), { rateLimit: "off" });
  for (let n = 0; n < 3; n++) {
    const { status, headers } = await ping();
    expect(status).toBe(200);
    expect(headers.get("ratelimit")).toBeNull();
    expect(headers.get("ratelimit-policy")).toBeNull();
  }
});
