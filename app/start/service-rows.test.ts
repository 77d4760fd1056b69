import { expect, test } from "@jest/globals";
import type { ServiceState } from "../api/ports.ts";
import { describeService, untilUp } from "./service-rows.ts";

const up: ServiceState = { status: "up", since: new Date(), latencyMs: 12 };
const facts = {
  url: "http://127.0.0.1:3000",
  version: "0.1.0",
  metricsUrl: undefined,
  databaseUrl: "postgres://bob:hunter2@db:5432/gozcu?sslpassword=hunter2",
  databaseVersion: "18.4",
  queueUrl: "redis://:hunter2@cache:6379/0",
  comfyuiUrl: "http://gpu:8188/a/b?token=hunter2",
  services: { database: up, queue: { ...up, status: "down" }, comfyui: { ...up, version: "0.3.71" }, webhook: up },
  steps: { tookMs: (title: string) => (title === "the API" ? 3 : undefined) },
} as const;

test("what is used is told without its secrets, with how long it took to answer", () => {
  const rows = describeService(facts);
  expect(rows).toEqual([
    { service: "API", address: "http://127.0.0.1:3000", version: "0.1.0", state: "up", tookMs: 3 },
    { service: "status page", address: "http://127.0.0.1:3000/", version: "0.1.0", state: "up" },
    { service: "Postgres", address: "db:5432", version: "18.4", state: "up", tookMs: 12 },
    { service: "queue", address: "redis://cache:6379", version: undefined, state: "down", tookMs: 12 },
    { service: "ComfyUI", address: "http://gpu:8188", version: "0.3.71", state: "up", tookMs: 12 },
    { service: "metrics", address: undefined, version: "0.1.0", state: "off" },
  ]);
  expect(JSON.stringify(rows)).not.toContain("hunter2");
});

test("what we have started took as long as its start", () => {
  const { databaseUrl } = facts;
  const steps = { tookMs: (title: string) => title.length * 100 };
  const rows = describeService({
    ...facts,
    queueUrl: databaseUrl,
    comfyuiUrl: "http://127.0.0.1:4000",
    services: { ...facts.services, comfyui: { ...up, version: "demo-renderer", demo: true } },
    steps,
  });
  expect(rows.slice(2, 5)).toEqual([
    { service: "Postgres", address: "db:5432", version: "18.4", state: "up", tookMs: 800 },
    { service: "queue", address: "in Postgres", version: "18.4", state: "down", tookMs: 12 },
    { service: "demo renderer", address: "http://127.0.0.1:4000", version: "0.1.0", state: "up", tookMs: 1_700 },
  ]);
});

test("what is late to answer has a moment for that, and not for ever", async () => {
  const { services } = facts;
  const allUp = { ...services, queue: up };
  let looks = 0;
  await untilUp(() => {
    looks += 1;
    return looks < 3 ? services : allUp;
  });
  expect(looks).toBe(3);
  await untilUp(() => services, 1);
});
