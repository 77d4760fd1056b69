import { existsSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Collector, type CollectorMode, startCollector } from "./collector.ts";
import { eventually } from "./eventually.ts";
import { createJobClient } from "./job-client.ts";
import { readResidentMiB, sendPings } from "./otlp-load.ts";
import { findFreePort, type Server, startPostgres } from "./programs.ts";
import { apiKey, type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

/** With a heap this small V8 collects often, and what a process keeps shows in its memory; else it would grow for minutes. */
const smallHeap = { NODE_OPTIONS: "--max-old-space-size=128 --max-semi-space-size=4" } as const;
const warmUp = 40_000;
const requests = 100_000;

/**
 * What an outage may cost: a full queue of 2,048 spans and as many in batches under way. The span of a ping takes 0.9 KiB
 * and 0.6 KiB as JSON, so that is 6 MiB; the rest is what the garbage collector leaves for later. Were the spans kept,
 * a hundred thousand would take 90 MiB.
 */
const boundMiB = 50;

describe("telemetry as a guest", () => {
  let database: Server;
  let collector: Collector;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await startPostgres();
  });
  afterEach(async () => {
    await service.close();
    await collector.close();
  });
  afterAll(() => database.close());

  async function start(mode: CollectorMode, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    collector = await startCollector(mode);
    service = await startServiceProcess({
      DATABASE_URL: database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: "always_on",
      ...smallHeap,
      ...settings,
    });
  }
  const told = (text: string) =>
    service
      .output()
      .split("\n")
      .filter((line) => line.includes(text));

  const outages = {
    "is not there": async () =>
      start("ok", { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await findFreePort()}` }),
    "takes requests and never answers": () => start("hang"),
  } as const;
  (existsSync("/proc/self/status") ? test : test.skip).each(Object.entries(outages))(
    "costs no request and no memory when the collector %s",
    async (how, startInOutage) => {
      await startInOutage();
      expect(await sendPings(service.url, warmUp)).toEqual({ 200: warmUp });
      const before = await readResidentMiB(service.pid());
      const begun = performance.now();
      expect(await sendPings(service.url, requests)).toEqual({ 200: requests });
      const seconds = (performance.now() - begun) / 1_000;
      const after = await readResidentMiB(service.pid());
      const figures = `${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB after ${requests} pings in ${seconds.toFixed(1)} s`;
      process.stdout.write(`the collector ${how}: ${figures}\n`);
      expect(after - before).toBeLessThan(boundMiB);

      // Until the outage is noticed, which takes as long as one export may take.
      await eventually(() => expect(told("traces are dropped")).toHaveLength(1));
      expect(told("traces go to")).toEqual([]);
      expect(collector.spans()).toEqual([]);

      const receiver = await startWebhookReceiver(webhookSecret);
      const client = createJobClient({ url: service.url, key: apiKey, receiver });
      expect(await client.webhookOf(await client.submit({ prompt: "a lighthouse" }))).toMatchObject({
        type: "job.completed",
      });
      await receiver.close();
      expect(await service.stop()).toBe(0);
      expect(told("traces are dropped")).toHaveLength(1);
    },
    120_000,
  );

  const quick = { OTEL_BSP_SCHEDULE_DELAY: "50", OTEL_EXPORTER_OTLP_TIMEOUT: "500" };
  /** Until so many more exports have been tried. */
  async function exports(count: number): Promise<void> {
    const before = collector.requests();
    await eventually(async () => {
      expect(Object.keys(await sendPings(service.url, 500))).toEqual(["200"]);
      expect(collector.requests()).toBeGreaterThanOrEqual(before + count);
    });
  }

  test("tells once of a collector that refuses, and once of the end of that", async () => {
    await start("refuse", quick);
    await exports(5);
    await eventually(() => expect(told("traces are dropped")).toHaveLength(1));
    await exports(5);
    collector.setMode("ok");
    await exports(5);
    await eventually(() => expect(told("traces go to")).toHaveLength(1));
    expect(told("traces are dropped")).toHaveLength(1);
    expect(collector.spans().length).toBeGreaterThan(0);
  });

  test("tells once of a collector that accepts and answers nonsense", async () => {
    // In protobuf any answer can be read, as one with fields that nobody knows.
    await start("garbage", { ...quick, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    await exports(10);
    expect(told("Failed to parse trace export response")).toHaveLength(1);
    expect(told('"level":"warn"')).toHaveLength(1);
  });
});
