import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { type IMetricReader, MeterProvider, type MetricProducer } from "@opentelemetry/sdk-metrics";
import { buckets, collected, gauge, histogram, sum } from "./made-metrics.ts";
import { createScrapeEndpoint } from "./scrape-endpoint.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const producerOf = (collect: MetricProducer["collect"]): MetricProducer => ({ collect });

const working = producerOf(async () => ({
  resourceMetrics: collected([
    gauge([[1, { "queue.name": "jobs" }]], { name: "depth" }),
    sum([[2, {}]], true, { name: "requests" }),
    histogram([[buckets([1, 5], [1, 2, 3]), { route: "/" }]], { name: "duration" }),
  ]),
  errors: [],
}));
const broken = producerOf(async () => {
  throw new Error("nothing to be had");
});
const troubled = producerOf(async () => ({ ...(await working.collect()), errors: [new Error("one gauge is away")] }));

function provide(reader: IMetricReader): void {
  const provider = new MeterProvider({ readers: [reader] });
  closers.push(() => provider.shutdown());
}

async function startOurs(producer: MetricProducer): Promise<string> {
  const endpoint = createScrapeEndpoint({ host: "127.0.0.1", port: 0, log: () => {}, producers: [producer] });
  closers.push(endpoint.close);
  provide(endpoint.reader);
  return (await endpoint.url) ?? "";
}

async function startStock(producer: MetricProducer): Promise<string> {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    metricProducers: [producer],
  });
  provide(exporter);
  const server = createServer((req, res) => exporter.getMetricsRequestHandler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

async function read(url: string) {
  const answer = await fetch(url);
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== "date"));
  return { status: answer.status, headers, text: await answer.text() };
}

describe("a scrape is answered as the stock exporter answers it", () => {
  for (const [when, producer] of Object.entries({
    "with everything collected": working,
    "with a metric that could not be collected": troubled,
    "with nothing that could be collected": broken,
  })) {
    test(when, async () => {
      const [ours, stock] = [await read(await startOurs(producer)), await read(await startStock(producer))];
      expect(ours).toEqual(stock);
      expect(ours.text).toContain(producer === broken ? "# failed to export metrics" : 'depth{queue_name="jobs"} 1\n');
    });
  }
});

test("another path is not found", async () => {
  const url = await startOurs(working);
  expect(await fetch(new URL("/other", url)).then(({ status }) => status)).toBe(404);
});
