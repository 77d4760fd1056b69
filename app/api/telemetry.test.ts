import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { createWorld, readAt, startTestApi, withKey } from "./fake-desks.ts";

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  api = await startTestApi(createWorld());
});
afterEach(() => api.close());

const report = (body: unknown) => api.send("POST", "/api/telemetry", { headers: withKey, body });

/** An object of `count` metrics with made-up names. */
function metricsOf(count: number, prefix = "m"): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, n]));
}

describe("GET /api/telemetry", () => {
  test("answers exactly what is documented, each string beside its number", async () => {
    const { status, body } = await api.send("GET", "/api/telemetry", { headers: withKey });
    expect(status).toBe(200);
    expect(body).toEqual({
      jobs: {
        total: 1_500,
        byStatus: { pending: 5, processing: 2, completed: 1_200, failed: 50, cancelled: 3 },
        timeline: { lastHour: 12, last24Hours: 250, last7Days: 1_400 },
        performance: {
          averageProcessingTime: "2m",
          averageProcessingTimeMs: 120_000,
          successRate: "96%",
          successRateRatio: 0.96,
          windowSeconds: 3_600,
        },
      },
      queue: { health: "healthy", size: 5, oldestWaitSeconds: 3 },
      webhooks: { total: 1_190, successRate: "96%", successRateRatio: 0.969, windowSeconds: 3_600 },
      sources: [],
    });
  });

  test("lists what sources reported", async () => {
    await report({ source: "lensia-main-site", metrics: { activeUsers: 1_250 } });
    const { body } = await api.send("GET", "/api/telemetry", { headers: withKey });
    expect(body).toMatchObject({
      sources: [{ source: "lensia-main-site", metrics: { activeUsers: 1_250 }, reportedAt: readAt.toISOString() }],
    });
  });
});

describe("POST /api/telemetry", () => {
  test("accepts the documented report", async () => {
    const { status, body } = await report({
      source: "lensia-main-site",
      metrics: { activeUsers: 1_250, jobsSubmitted: 250 },
    });
    expect(status).toBe(202);
    expect(body).toEqual({ status: "accepted", source: "lensia-main-site", metrics: 2 });
  });

  test.each([
    ["a source with a capital", { source: "Lensia", metrics: { a: 1 } }, "/source"],
    ["a source of 64 characters", { source: "a".repeat(64), metrics: { a: 1 } }, "/source"],
    ["no source", { metrics: { a: 1 } }, "/source"],
    ["a metric that begins with a digit", { source: "x", metrics: { "1a": 1 } }, "/metrics/1a"],
    ["a metric with a slash", { source: "x", metrics: { "a/b~c": 1 } }, "/metrics/a~1b~0c"],
    ["a metric of 65 characters", { source: "x", metrics: { ["a".repeat(65)]: 1 } }, `/metrics/${"a".repeat(65)}`],
    ["a value in words", { source: "x", metrics: { a: "many" } }, "/metrics/a"],
    ["no value", { source: "x", metrics: { a: null } }, "/metrics/a"],
    ["a number beyond what a double holds", '{"source":"x","metrics":{"a":1e999}}', "/metrics/a"],
    ["no metrics", { source: "x", metrics: {} }, "/metrics"],
    ["metrics in a list", { source: "x", metrics: [1] }, "/metrics"],
    ["a field that is not known", { source: "x", metrics: { a: 1 }, metric: 1 }, "/metric"],
    ["a metric named __proto__", '{"source":"x","metrics":{"__proto__":1,"a":2}}', "/metrics/__proto__"],
    ["a field named __proto__", '{"source":"x","metrics":{"a":2},"__proto__":{}}', "/__proto__"],
    ["a list", [], ""],
    ["null", "null", ""],
  ])("refuses %s, naming the field", async (_what, body, pointer) => {
    const answer = await report(body);
    expect(answer.status).toBe(422);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: "urn:gozcu:problem:invalid-input", errors: [{ pointer }] });
  });

  test("names every field that is wrong", async () => {
    const { body } = await report({ source: "X", metrics: { a: "1", b: true } });
    expect(body).toMatchObject({
      errors: [{ pointer: "/source" }, { pointer: "/metrics/a" }, { pointer: "/metrics/b" }],
    });
  });

  test("refuses nesting as deep as a body can hold", async () => {
    const nested = `${"[".repeat(49_000)}${"]".repeat(49_000)}`;
    const { status, body } = await report(`{"source":"x","metrics":{"a":${nested}}}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: "/metrics/a" }] });
  });

  test("does not answer a thousand wrong names one by one", async () => {
    const { body } = await report({
      source: "x",
      metrics: Object.fromEntries(Object.keys(metricsOf(1_000, "-")).map((k) => [k, 1])),
    });
    expect(body).toHaveProperty("errors.length", 20);
  });

  test("says that a source has too many metrics", async () => {
    expect((await report({ source: "x", metrics: metricsOf(limits.metricsPerSource) })).status).toBe(202);
    const { status, body } = await report({ source: "x", metrics: { oneMore: 1 } });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: "urn:gozcu:problem:limit-exceeded",
      detail: expect.stringContaining("at most 100 metric names"),
      errors: [{ pointer: "/metrics" }],
    });
  });

  test("says that there are too many sources, and still takes the known ones", async () => {
    for (let n = 0; n < limits.sources; n++) await report({ source: `s${n}`, metrics: { a: 1 } });
    const { status, body } = await report({ source: "one-more", metrics: { a: 1 } });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      detail: expect.stringContaining("at most 100 sources"),
      errors: [{ pointer: "/source" }],
    });
    expect((await report({ source: "s7", metrics: { a: 2 } })).status).toBe(202);
  });

  test("takes a name that JavaScript knows as any other", async () => {
    const { status } = await report('{"source":"x","metrics":{"constructor":1,"toString":2}}');
    expect(status).toBe(202);
    const { body } = await api.send("GET", "/api/telemetry", { headers: withKey });
    expect(body).toMatchObject({ sources: [{ metrics: { constructor: 1, toString: 2 } }] });
  });
});
