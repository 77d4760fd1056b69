import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "@jest/globals";
import { eventually } from "../../infra/e2e/eventually.ts";
import { jobContracts } from "../api/job-contract.ts";
import { telemetryContracts } from "../api/telemetry-contract.ts";
import { slos } from "../catalogue/slos.ts";
import { startDemoRenderer } from "../demo-renderer/server.ts";
import { prepareDemoLife } from "./demo-life.ts";
import { createOrder, createReports } from "./orders.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the life of --demo", () => {
  test("comes in by the API, with the key, and is over when it is closed", async () => {
    const asked: { path: string; key: unknown; body: unknown }[] = [];
    const url = await listen(async (request, response) => {
      const body: unknown = JSON.parse(await text(request));
      asked.push({ path: request.url ?? "", key: request.headers["x-api-key"], body });
      response.writeHead(202).end("{}");
    });
    const life = await prepareDemoLife({ COMFYUI_URL: undefined });
    life.begin({ url, apiKey: "the key", log: () => {} });
    const paths = () => asked.map(({ path }) => path);
    await eventually(() => {
      expect(paths()).toContain("/api/jobs");
      expect(paths().filter((path) => path === "/api/telemetry")).toHaveLength(2);
    });
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(["the key"]));
    expect(asked.find(({ path }) => path === "/api/jobs")?.body).toMatchObject({ webhookUrl: `${life.receiver}/` });
    expect((await fetch(life.receiver, { method: "POST", body: "{}" })).status).toBe(204);
    await life.close();
    await life.close();
    await expect(fetch(life.receiver)).rejects.toThrow();
  });

  test("is not for a real ComfyUI", async () => {
    const stats = JSON.stringify({ system: { comfyui_version: "0.3.71" }, devices: [] });
    const COMFYUI_URL = await listen((_, response) => void response.end(stats));
    await expect(prepareDemoLife({ COMFYUI_URL })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^--demo makes jobs up, and COMFYUI_URL is a real ComfyUI \(0\.3\.71\).*unset COMFYUI_URL/,
      ),
      exitCode: 64,
    });
  });

  test("is not for what cannot be asked whether it is one", async () => {
    await expect(prepareDemoLife({ COMFYUI_URL: "http://127.0.0.1:1" })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^--demo makes jobs up for the demo renderer alone, .*cannot be asked .*leave --demo out/,
      ),
      exitCode: 64,
    });
  });

  test("is for a demo renderer that runs elsewhere", async () => {
    const renderer = await startDemoRenderer();
    closers.push(renderer.close);
    await (await prepareDemoLife({ COMFYUI_URL: renderer.url })).close();
  });
});

describe("what is made up", () => {
  test("are jobs and reports that the API takes", () => {
    for (let n = 1; n <= 125; n += 1) jobContracts.jobSubmit.body.parse(createOrder(n, "http://127.0.0.1:4000/"));
    for (const report of createReports(new Date())) telemetryContracts.telemetryReport.body.parse(report);
  });

  test("fails so seldom that nobody needs to be told", () => {
    const orders = Array.from({ length: 1_000 }, (_, i) => createOrder(i + 1, ""));
    const failing = orders.filter((order) => "workflow" in order).length / orders.length;
    expect(failing).toBeGreaterThan(0);
    expect(failing).toBeLessThan(slos.jobs.errorBudget);
  });

  test("rises and falls", () => {
    const values = Array.from({ length: 60 }, (_, minute) => createReports(new Date(minute * 60_000)));
    const seen = new Set(values.map(([first]) => JSON.stringify(first)));
    expect(seen.size).toBeGreaterThan(20);
  });
});
