import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createWorld, databaseDown, healthy, readAt, startTestApi, statistics } from "./fake-desks.ts";

const world = createWorld();
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi(world);
});
afterAll(() => api.close());
beforeEach(() => {
  world.health = healthy;
});

describe("GET /api/ping", () => {
  test("answers exactly what is documented, and the time in milliseconds", async () => {
    const { status, body } = await api.send("GET", "/api/ping");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ok",
      message: "pong",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("is neither cached nor hashed, and does not tell what serves it", async () => {
    const { headers } = await api.send("GET", "/api/ping");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("GET /api/health", () => {
  test("has the documented shape", async () => {
    world.health = { ...healthy, statistics: { ...statistics, readAt: new Date() } };
    const { status, body } = await api.send("GET", "/api/health");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "healthy",
      services: { database: { status: "up" }, comfyui: { status: "up", demo: true }, webhook: { status: "up" } },
      statistics: { total: 1_500, pending: 5, completed: 1_200, queueHealth: "good", stale: false },
    });
  });

  test("says why a service is down, and since when", async () => {
    const comfyui = { status: "down", since: readAt, reason: "connect ECONNREFUSED" } as const;
    world.health = {
      ...healthy,
      status: "degraded",
      reasons: ["ComfyUI is down"],
      services: { ...healthy.services, comfyui },
      statistics: { ...statistics, queueHealth: "high" },
    };
    const { status, body } = await api.send("GET", "/api/health");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "degraded",
      reasons: ["ComfyUI is down"],
      services: { comfyui: { status: "down", reason: "connect ECONNREFUSED", since: readAt.toISOString() } },
      statistics: { queueHealth: "high" },
    });
  });

  test("keeps the last known numbers, marked by their age, and does not ask the database", async () => {
    world.database = databaseDown;
    const { status, body } = await api.send("GET", "/api/health");
    world.database = () => undefined;
    expect(status).toBe(200);
    expect(body).toMatchObject({ statistics: { total: 1_500, stale: true, asOf: readAt.toISOString() } });
    expect(body).toHaveProperty("statistics.ageSeconds", expect.any(Number));
  });

  test("invents no numbers before the database has answered once", async () => {
    const { statistics: _unknown, ...rest } = healthy;
    world.health = rest;
    const { status, body } = await api.send("GET", "/api/health");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      statistics: { total: null, pending: null, completed: null, queueHealth: null, stale: true },
    });
  });
});
