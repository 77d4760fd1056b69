import { describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { z } from "zod";
import { jobTypes } from "../../app/catalogue/job-types.ts";
import { queueTiming } from "../../app/catalogue/queue.ts";
import { retryDelayMs } from "../../app/jobs/worker.ts";
import { startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { requireRedis, startRedisBehindProxy, through } from "./redis-behind-proxy.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const order = { type: "image", prompt: "a lighthouse" };
const withRedis = findProgram("redis-server") === undefined ? test.skip : test;
const limitMs = 150_000;

const StatusSchema = z.object({ jobs: z.object({ byStatus: z.record(z.string(), z.number()) }) });
const byStatus = async (service: ServiceProcess) =>
  StatusSchema.parse(await (await service.get("/api/telemetry")).json()).jobs.byStatus;

async function submit(service: ServiceProcess, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) expect((await service.post("/api/jobs", order)).status).toBe(202);
}

const expectCompleted = (service: ServiceProcess, completed: number) =>
  eventually(async () => expect(await byStatus(service)).toMatchObject({ completed, failed: 0, pending: 0 }), 90_000);

describe("an outage loses nothing and fails nothing", () => {
  const keep = createKeep();

  test(
    "when ComfyUI is away for longer than a job's tries would last",
    async () => {
      const postgres = keep(await startPostgres());
      const demo = keep(await startDemoProcess({ stepMs: 1 }));
      const service = keep(await startServiceProcess({ DATABASE_URL: postgres.url, COMFYUI_URL: demo.url }));
      await demo.kill();
      await submit(service, 20);
      const { attempts } = jobTypes.image;
      const triesMs = Array.from({ length: attempts - 1 }, (_, n) => retryDelayMs("image", n + 1));
      await new Promise((resolve) => setTimeout(resolve, triesMs.reduce((sum, ms) => sum + ms) + 5_000));
      expect(await byStatus(service)).toMatchObject({ completed: 0, failed: 0 });
      await demo.restart();
      await expectCompleted(service, 20);
    },
    limitMs,
  );

  withRedis(
    "when Redis comes back empty",
    async () => {
      const postgres = keep(await startPostgres());
      const redis = keep(await requireRedis());
      const demo = keep(await startDemoProcess({ stepMs: 1 }));
      const settings = { DATABASE_URL: postgres.url, QUEUE_URL: redis.url, COMFYUI_URL: demo.url };
      const service = keep(await startServiceProcess(settings));
      await demo.kill();
      // More than the sweep looks at in one page.
      const count = queueTiming.outboxBatch + 50;
      await submit(service, count);
      const client = new Redis(redis.url);
      await eventually(async () => expect(await client.dbsize()).toBeGreaterThan(count));
      await client.flushall();
      client.disconnect();
      await demo.restart();
      await expectCompleted(service, count);
      expect(service.output()).toMatch(/the queue had lost \d+ of the jobs: put back/);
    },
    limitMs,
  );
});

describe("a service can be stopped", () => {
  const keep = createKeep();

  test(
    "while Postgres hangs, which holds the queue too",
    async () => {
      const postgres = keep(await startPostgres());
      const proxy = keep(await startTcpProxy(postgres));
      const service = keep(await startServiceProcess({ DATABASE_URL: through(postgres.url, proxy) }));
      proxy.hang();
      expect(await service.stop()).toBe(0);
    },
    limitMs,
  );

  withRedis(
    "while Redis hangs",
    async () => {
      const { proxy, settings } = await startRedisBehindProxy(keep);
      const service = keep(await startServiceProcess(settings));
      proxy.hang();
      expect(await service.stop()).toBe(0);
    },
    limitMs,
  );

  test(
    "while Postgres is down",
    async () => {
      const postgres = keep(await startPostgres());
      const service = keep(await startServiceProcess({ DATABASE_URL: postgres.url }));
      await postgres.kill();
      expect(await service.stop()).toBe(0);
    },
    limitMs,
  );
});
