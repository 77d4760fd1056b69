import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createApi } from "./app.ts";
import type { Call } from "./call.ts";
import { createExpositionHandler } from "./exposition.ts";
import { createClient, createWorld, startTestApi, type World } from "./fake-desks.ts";
import { startHttpServer } from "./listen.ts";
import { Problem } from "./problem.ts";

let world: World;
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  world = createWorld();
  api = await startTestApi(world);
});
afterEach(() => api.close());

describe("/livez and /readyz", () => {
  test("say ok when all is well", async () => {
    for (const path of ["/livez", "/readyz"]) {
      const { status, headers, body } = await api.send("GET", path);
      expect([status, body]).toEqual([200, "ok"]);
      expect(headers.get("content-type")).toMatch(/^text\/plain/);
    }
  });

  test.each(["?verbose", "?verbose=", "?verbose=1", "?verbose&verbose"])("list each check with %s", async (query) => {
    expect((await api.send("GET", `/livez${query}`)).body).toBe("[+]ping ok\nlivez check passed\n");
    expect((await api.send("GET", `/readyz${query}`)).body).toBe("[+]database ok\n[+]queue ok\nreadyz check passed\n");
  });

  test("a failed check makes the process unready, not dead", async () => {
    world.notReady = "no answer for 5 s";
    const { status, body } = await api.send("GET", "/readyz");
    expect(status).toBe(503);
    expect(body).toBe("[-]database failed: no answer for 5 s\n[+]queue ok\nreadyz check failed\n");
    expect((await api.send("GET", "/livez")).status).toBe(200);
  });
});

describe("/metrics", () => {
  test("hands over to the exporter", async () => {
    const { status, body } = await api.send("GET", "/metrics");
    expect([status, body]).toEqual([200, "dashboard_jobs_total 1500\n"]);
  });

  test.each(["X-Forwarded-For", "Forwarded", "Via"])(
    "is not there for what came through a proxy (%s)",
    async (name) => {
      expect((await api.send("GET", "/metrics", { headers: { [name]: "for=203.0.113.7" } })).status).toBe(404);
    },
  );
});

test.each([
  ["127.0.0.1", true],
  ["172.18.0.5", true],
  ["::ffff:10.0.0.9", true],
  ["fd12:3456::1", true],
  ["8.8.8.8", false],
  ["::ffff:8.8.8.8", false],
  ["2606:4700::1111", false],
])("the metrics are for %s: %p", async (remoteAddress, served) => {
  const calls: unknown[] = [];
  const { metrics } = createExpositionHandler({ metricsHandler: (request) => void calls.push(request) });
  const call = { request: { headers: {}, socket: { remoteAddress } } } as unknown as Call<"metrics">;
  const answer = async () => metrics(call);
  if (served) await answer();
  else await expect(answer()).rejects.toThrow(Problem);
  expect(calls).toHaveLength(served ? 1 : 0);
});

test("a worker serves its probes and nothing else", async () => {
  const app = createApi({
    role: "worker",
    ready: { queue: () => undefined },
    log: { error: () => undefined },
  });
  const server = await startHttpServer({ app, host: "127.0.0.1", port: 0 });
  const send = createClient(server.url);
  try {
    expect((await send("GET", "/livez")).status).toBe(200);
    expect((await send("GET", "/readyz?verbose")).body).toBe("[+]queue ok\nreadyz check passed\n");
    expect((await send("POST", "/readyz")).status).toBe(405);
    for (const path of ["/api/ping", "/api/jobs", "/metrics"]) expect((await send("GET", path)).status).toBe(404);
  } finally {
    await server.close(0);
  }
});
