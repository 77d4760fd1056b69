import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { type ProbedServiceName, services } from "../../app/catalogue/services.ts";
import { readQuantiles } from "../bench/quantiles.ts";
import { startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { JobSchema } from "./job-client.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { startRedisBehindProxy, through } from "./redis-behind-proxy.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const order = { type: "image", prompt: "a lighthouse" };
const asked = 200;

const HealthSchema = z.object({
  status: z.string(),
  services: z.record(z.string(), z.object({ status: z.string(), reason: z.string().optional() })),
});
const readHealth = async (service: ServiceProcess) =>
  HealthSchema.parse(await (await service.get("/api/health")).json());

/** The longest time from a fault to `down`: the probe before it has just begun, and the next one must run out. */
function windowMs(name: ProbedServiceName): number {
  const { probeIntervalMs, probeDeadlineMs, staleAfterMs } = services[name];
  return Math.max(probeIntervalMs + 2 * probeDeadlineMs, staleAfterMs);
}

const portOf = (url: string) => Number(new URL(url).port);

/** The time in milliseconds that 95 of 100 requests keep, one after the other. */
async function measureP95(service: ServiceProcess, path: string): Promise<number> {
  const milliseconds: number[] = [];
  for (let i = 0; i < asked; i += 1) {
    const began = performance.now();
    const response = await service.get(path);
    await response.arrayBuffer();
    milliseconds.push(performance.now() - began);
    expect(response.status).toBe(200);
  }
  return readQuantiles(milliseconds).p95;
}

async function expectBudgets(service: ServiceProcess): Promise<void> {
  for (const { route, budgetSeconds } of [endpoints.ping, endpoints.health]) {
    const p95 = await measureP95(service, route);
    process.stdout.write(`p95 of ${asked} × ${route}: ${p95.toFixed(1)} ms (${expect.getState().currentTestName})\n`);
    expect(p95).toBeLessThan(budgetSeconds * 1_000);
  }
}

async function expectDown(service: ServiceProcess, name: ProbedServiceName): Promise<void> {
  await eventually(async () => {
    const health = await readHealth(service);
    expect(health.status).toBe("degraded");
    expect(health.services[name]?.status).toBe("down");
    expect(health.services[name]?.reason).toBeTruthy();
  }, windowMs(name));
}

async function submit(service: ServiceProcess): Promise<string> {
  const response = await service.post("/api/jobs", order);
  expect(response.status).toBe(202);
  return z.object({ id: z.string() }).parse(await response.json()).id;
}

const expectCompleted = (service: ServiceProcess, id: string) =>
  eventually(async () => {
    const job = JobSchema.parse(await (await service.get(`/api/jobs/${id}`)).json());
    expect(job.status).toBe("completed");
  }, 60_000);

const expectHealthy = (service: ServiceProcess) =>
  eventually(async () => expect((await readHealth(service)).status).toBe("healthy"), 60_000);

async function expectUnavailable(service: ServiceProcess): Promise<void> {
  const response = await service.post("/api/jobs", order);
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await response.json()).toMatchObject({ type: "urn:gozcu:problem:database-unavailable", status: 503 });
}

const withRedis = findProgram("redis-server") === undefined ? test.skip : test;

describe("a dependency that accepts and never answers", () => {
  const keep = createKeep();

  test("Postgres: ping and health keep their budgets, jobs are refused with 503, and all is well afterwards", async () => {
    const postgres = keep(await startPostgres());
    const proxy = keep(await startTcpProxy(postgres));
    const service = keep(await startServiceProcess({ DATABASE_URL: through(postgres.url, proxy) }));
    proxy.hang();
    await expectDown(service, "database");
    await expectBudgets(service);
    await expectUnavailable(service);
    expect((await service.get("/readyz")).status).toBe(503);
    proxy.resume();
    await expectHealthy(service);
    await expectCompleted(service, await submit(service));
  }, 120_000);

  withRedis(
    "Redis: jobs are accepted meanwhile, and done afterwards",
    async () => {
      const { proxy, settings } = await startRedisBehindProxy(keep);
      const service = keep(await startServiceProcess(settings));
      proxy.hang();
      await expectDown(service, "queue");
      await expectBudgets(service);
      const id = await submit(service);
      proxy.resume();
      await expectCompleted(service, id);
      await expectHealthy(service);
    },
    120_000,
  );

  test("ComfyUI: health says so within its window, and the jobs are done afterwards", async () => {
    const postgres = keep(await startPostgres());
    const demo = keep(await startDemoProcess({ stepMs: 1 }));
    const proxy = keep(await startTcpProxy({ port: portOf(demo.url) }));
    const settings = { DATABASE_URL: postgres.url, COMFYUI_URL: through(demo.url, proxy) };
    const service = keep(await startServiceProcess(settings));
    proxy.hang();
    const id = await submit(service);
    await expectDown(service, "comfyui");
    await expectBudgets(service);
    proxy.resume();
    await expectCompleted(service, id);
    await expectHealthy(service);
  }, 120_000);
});

describe("a dependency that is away at the start", () => {
  const keep = createKeep();

  test("Postgres: the service answers 503 and says so, and is ready when it comes", async () => {
    const postgres = keep(await startPostgres());
    const proxy = keep(await startTcpProxy(postgres));
    proxy.cut();
    const service = keep(await startServiceProcess({ DATABASE_URL: through(postgres.url, proxy) }));
    const ready = await service.get("/readyz");
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("[-]migrations failed: waiting for the database");
    await expectUnavailable(service);
    proxy.resume();
    await eventually(async () => expect((await service.get("/readyz")).status).toBe(200));
    await expectCompleted(service, await submit(service));
  }, 120_000);

  withRedis(
    "Redis: jobs are accepted, and done when it comes",
    async () => {
      const { proxy, settings } = await startRedisBehindProxy(keep);
      proxy.cut();
      const service = keep(await startServiceProcess(settings));
      expect((await service.get("/readyz")).status).toBe(200);
      const id = await submit(service);
      proxy.resume();
      await expectCompleted(service, id);
    },
    120_000,
  );
});
