import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { limits } from "../catalogue/limits.ts";
import { createDashboardExporter, type DashboardSample } from "./dashboard-exporter.ts";

let samples: DashboardSample[];
let exporter: ReturnType<typeof createDashboardExporter>;
let server: Server;

beforeEach(async () => {
  samples = [];
  exporter = createDashboardExporter({ read: () => samples });
  server = createServer((req, res) => exporter.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await exporter.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The lines that are not comments. */
async function scrape(): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  return (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const jobsTotal = (value: number): DashboardSample => ({ metric: "dashboard_jobs_total", value, labels: {} });
const status: DashboardSample = { metric: "dashboard_status", value: 1, labels: {} };
const source: DashboardSample = {
  metric: "dashboard_source_value",
  value: 12.5,
  labels: { source: "lensia-main-site", metric: "activeUsers" },
};

describe("the dashboard exporter", () => {
  test("writes the exact names, labels and values, and nothing else", async () => {
    samples = [
      jobsTotal(1_500),
      { metric: "dashboard_service_up", value: 1, labels: { service: "database" } },
      { metric: "dashboard_service_up", value: 0, labels: { service: "comfyui" } },
      source,
    ];
    expect(await scrape()).toEqual([
      "dashboard_jobs_total 1500",
      'dashboard_service_up{service="database"} 1',
      'dashboard_service_up{service="comfyui"} 0',
      'dashboard_source_value{source="lensia-main-site",metric="activeUsers"} 12.5',
    ]);
  });

  test("declares dashboard_jobs_total a counter and the others gauges", async () => {
    samples = [jobsTotal(3), status];
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
    const types = (await response.text()).split("\n").filter((line) => line.startsWith("# TYPE"));
    expect(types).toEqual(["# TYPE dashboard_jobs_total counter", "# TYPE dashboard_status gauge"]);
  });

  test("reports a counter's value as it is, scrape after scrape", async () => {
    for (const value of [10, 10, 14]) {
      samples = [jobsTotal(value)];
      expect(await scrape()).toEqual([`dashboard_jobs_total ${value}`]);
    }
  });

  test("leaves out what is no longer known, and shows it again when it is", async () => {
    samples = [jobsTotal(10), status, source];
    expect(await scrape()).toHaveLength(3);
    samples = [status];
    expect(await scrape()).toEqual(["dashboard_status 1"]);
    samples = [];
    expect(await scrape()).toEqual([]);
    samples = [jobsTotal(11), status];
    expect(await scrape()).toEqual(["dashboard_jobs_total 11", "dashboard_status 1"]);
  });

  test("has room for every source with every metric that the limits allow", async () => {
    const count = limits.sources * limits.metricsPerSource;
    samples = Array.from({ length: count }, (_, n) => ({
      metric: "dashboard_source_value",
      value: n,
      labels: { source: `s${n % limits.sources}`, metric: `m${Math.floor(n / limits.sources)}` },
    }));
    expect(new Set(await scrape()).size).toBe(count);
  });
});
