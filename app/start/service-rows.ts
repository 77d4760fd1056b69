import { setTimeout as delay } from "node:timers/promises";
import type { ServiceState } from "../api/ports.ts";
import type { ServiceName } from "../catalogue/names.ts";
import type { StartRow } from "./start-row.ts";
import type { Steps } from "./steps.ts";

interface ServiceFacts {
  readonly url: string;
  readonly version: string;
  readonly metricsUrl: string | undefined;
  readonly databaseUrl: string;
  readonly databaseVersion: string | undefined;
  readonly queueUrl: string;
  readonly comfyuiUrl: string;
  readonly services: Readonly<Record<ServiceName, ServiceState>>;
  readonly steps: Pick<Steps, "tookMs">;
}

/** What of an address is nobody's secret. */
const hostOf = (url: string) => new URL(url).host;

/** The service's own rows of the table. What is not started by us took as long as it took to answer. */
export function describeService(facts: ServiceFacts): readonly StartRow[] {
  const { url, version, metricsUrl, databaseUrl, databaseVersion, queueUrl, services, steps } = facts;
  const { database, queue, comfyui } = services;
  const queueIsDatabase = queueUrl === databaseUrl;
  return [
    { service: "API", address: url, version, state: "up", tookMs: steps.tookMs("the API") },
    { service: "status page", address: `${url}/`, version, state: "up" },
    {
      service: "Postgres",
      address: hostOf(databaseUrl),
      version: databaseVersion,
      state: database.status,
      tookMs: steps.tookMs("Postgres") ?? database.latencyMs,
    },
    {
      service: "queue",
      address: queueIsDatabase ? "in Postgres" : `${new URL(queueUrl).protocol}//${hostOf(queueUrl)}`,
      version: queueIsDatabase ? databaseVersion : undefined,
      state: queue.status,
      tookMs: queue.latencyMs,
    },
    {
      service: comfyui.demo ? "demo renderer" : "ComfyUI",
      address: new URL(facts.comfyuiUrl).origin,
      version: comfyui.demo ? version : comfyui.version,
      state: comfyui.status,
      tookMs: steps.tookMs("the demo renderer") ?? comfyui.latencyMs,
    },
    { service: "metrics", address: metricsUrl, version, state: metricsUrl === undefined ? "off" : "up" },
  ];
}

const settleMs = 5_000;
const settlePollMs = 50;

/** Resolves when all that is used is up, or has had its time: on a busy machine the first answer after a start is late. */
export async function untilUp(read: () => ServiceFacts["services"], withinMs: number = settleMs): Promise<void> {
  const deadline = performance.now() + withinMs;
  const areUp = () => Object.values(read()).every(({ status }) => status === "up");
  while (!areUp() && performance.now() < deadline) await delay(settlePollMs);
}
