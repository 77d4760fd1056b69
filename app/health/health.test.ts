import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { queueNames, queueStates } from "../catalogue/names.ts";
import { services } from "../catalogue/services.ts";
import { renderDashboardSamples } from "./dashboard-samples.ts";
import { type Health, type HealthOptions, startHealth } from "./health.ts";
import { facts, statistics } from "./test-facts.ts";

const depth = { waiting: 4, active: 3, delayed: 2, failed: 1 };
const failing = { ...facts, webhookFailingSince: new Date(statistics.readAt.getTime() - 3_600_000) };
const source = { source: "lensia-main-site", metrics: {}, reportedAt: statistics.readAt };
const never = new Promise<never>(() => undefined);

const open: Health[] = [];
afterEach(async () => {
  for (const health of open.splice(0)) await health.close();
  jest.useRealTimers();
});

function start(options: Partial<HealthOptions> = {}): Health {
  const health = startHealth({
    readFacts: async () => facts,
    readSources: async () => [source],
    readDepth: async () => depth,
    probeComfyui: async () => ({ demo: true }),
    ...options,
  });
  open.push(health);
  return health;
}

/** Resolves when `fn` has been called `times` times: then all calls before have ended. */
function counted<T>(times: number, fn: (call: number) => Promise<T>) {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return {
    reached,
    fn: () => {
      calls += 1;
      if (calls === times) resolve();
      return fn(calls);
    },
  };
}

describe("the service's health", () => {
  test("has a first snapshot when everything has been checked once", async () => {
    const health = start();
    expect(health.snapshot()).toMatchObject({ status: "degraded", sources: [] });
    expect(health.snapshot()).not.toHaveProperty("statistics");
    await health.first;
    expect(health.snapshot()).toMatchObject({
      status: "healthy",
      services: { comfyui: { status: "up", demo: true }, webhook: { status: "up" } },
      statistics,
      sources: [source],
    });
  });

  test("counts the entries of every queue in every state", async () => {
    const health = start();
    expect([...health.depthSamples()]).toEqual([]);
    await health.first;
    const samples = [...health.depthSamples()];
    expect(samples).toHaveLength(queueNames.length * queueStates.length);
    expect(samples).toContainEqual({ value: 2, labels: { queue: "webhooks", state: "delayed" } });
  });

  test("does not tell the depth of a queue that is down", async () => {
    const readDepth = jest.fn<HealthOptions["readDepth"]>(async (name) => {
      if (name !== "jobs") throw new Error("the queue did not answer");
      return depth;
    });
    const health = start({ readDepth });
    await health.first;
    expect([...health.depthSamples()]).toEqual([]);
    expect(health.snapshot().reasons).toEqual(["queue is down: the queue did not answer"]);
  });

  test("with webhooks that fail is degraded", async () => {
    const health = start({ readFacts: async () => failing });
    await health.first;
    const { status, services: found } = health.snapshot();
    expect(status).toBe("degraded");
    expect(found.webhook).toMatchObject({ status: "down", reason: expect.stringContaining("deliveries have failed") });
    expect(found.webhook.since).toEqual(found.webhook.checkedAt);
  });

  test("keeps what it knew of the webhooks and the numbers when the database goes away", async () => {
    const { fn: readFacts, reached } = counted(4, async (call) => {
      if (call > 2) throw new Error("the database did not answer");
      return failing;
    });
    const health = start({ readFacts });
    await health.first;
    const before = health.snapshot().services.webhook;
    await reached;
    const after = health.snapshot();
    expect(after.services.database).toMatchObject({ status: "down", reason: "the database did not answer" });
    expect(after.services.webhook).toMatchObject({ status: "down", since: before.since });
    expect(after.services.webhook.checkedAt).not.toEqual(before.checkedAt);
    expect(after).toMatchObject({ statistics, sources: [source] });
  });

  const notKnown = "not known: the database does not answer";
  const webhookSamples = (health: Health, now: Date) =>
    renderDashboardSamples(health.snapshot(), now).filter(
      ({ labels }) => "service" in labels && labels.service === "webhook",
    );

  test("says that it does not know of the webhooks before the database has answered, and exports nothing", async () => {
    const health = start({ readFacts: () => Promise.reject(new Error("connection refused")) });
    await health.first;
    expect(health.snapshot().services.webhook).toEqual({ status: "up", since: expect.any(Date), reason: notKnown });
    expect(webhookSamples(health, new Date())).toEqual([]);
  });

  test("says that it no longer knows of the webhooks when the database has been silent for too long", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance"] });
    const health = start();
    await health.first;
    const known = health.snapshot().services.webhook;
    expect(known).not.toHaveProperty("reason");
    expect(webhookSamples(health, new Date())).toHaveLength(1);
    jest.setSystemTime(Date.now() + services.webhook.staleAfterMs + 1);
    expect(health.snapshot().services.webhook).toEqual({ ...known, reason: notKnown });
    expect(webhookSamples(health, new Date())).toEqual([]);
  });

  test("does not wait for a database that hangs, and takes nothing that comes after the deadline", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof facts>();
    const answers = [promise];
    const health = start({ readFacts: () => answers.shift() ?? never });
    await health.first;
    const reason = `no answer within ${services.database.probeDeadlineMs} ms`;
    expect(health.snapshot()).toMatchObject({
      status: "degraded",
      services: { database: { status: "down", reason }, queue: { status: "up" }, comfyui: { status: "up" } },
    });
    resolve(facts);
    await new Promise(setImmediate);
    expect(health.snapshot()).not.toHaveProperty("statistics");
  });
});
