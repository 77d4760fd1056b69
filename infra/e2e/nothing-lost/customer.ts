import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { createTextToImageWorkflow } from "../../../app/adapters/comfyui/default-workflow.ts";
import { apiKey } from "../service-process.ts";

const AcceptedSchema = z.object({ id: z.uuid() });

/** Requests under way at a time. */
const hands = 8;
const retryMs = 250;
const timeoutMs = 10_000;
/** So many of the orders are sent once more after they were accepted: the answer must name the same job. */
const everyNth = 20;

export interface Customer {
  /** The ids that a 202 has named. */
  readonly accepted: () => readonly string[];
  /** Requests that got no 202 and were sent again with the same key. */
  readonly repeated: () => number;
  /** What no answer of the API may be. */
  readonly complaints: () => readonly string[];
  /** Resolves when all are accepted, or it was told to stop. */
  readonly done: Promise<void>;
  stop(): void;
}

/** The default workflow with a picture small enough that a thousand are soon drawn. */
function smallWorkflow(seed: number) {
  const { "5": latent, ...rest } = createTextToImageWorkflow({ prompt: "a lighthouse at dusk", seed });
  return { ...rest, "5": { ...latent, inputs: { width: 64, height: 64, batch_size: 1 } } };
}

/** Posts `jobs` jobs, evenly over `overMs`, and does not give one up before it has a 202 for it. */
export function startCustomer(options: {
  readonly apiUrl: string;
  readonly webhookUrl: string;
  readonly jobs: number;
  readonly overMs: number;
}): Customer {
  const { apiUrl, webhookUrl, jobs, overMs } = options;
  const accepted: string[] = [];
  const complaints: string[] = [];
  let repeated = 0;
  let next = 0;
  let stopped = false;
  const startedAt = Date.now();

  async function post(n: number, key: string): Promise<string | undefined> {
    const response = await fetch(`${apiUrl}/api/jobs`, {
      method: "POST",
      headers: { "X-API-Key": apiKey, "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ type: "image", workflow: smallWorkflow(n), webhookUrl }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.status === 202) return AcceptedSchema.parse(JSON.parse(text)).id;
    if (response.status !== 503) complaints.push(`a POST was answered with ${response.status}: ${text}`);
    return undefined;
  }

  /** The id of the job, once it is accepted; undefined when it was told to stop before. */
  async function untilAccepted(n: number, key: string): Promise<string | undefined> {
    while (!stopped) {
      const id = await post(n, key).catch(() => undefined);
      if (id !== undefined) return id;
      repeated += 1;
      await delay(retryMs);
    }
    return undefined;
  }

  async function order(n: number): Promise<void> {
    const key = randomUUID();
    const id = await untilAccepted(n, key);
    if (id === undefined) return;
    accepted.push(id);
    if (n % everyNth !== 0) return;
    const again = await untilAccepted(n, key);
    if (again !== id) complaints.push(`the key ${key} named job ${id}, and the second time ${again}`);
  }

  async function hand(): Promise<void> {
    for (let n = next++; n < jobs && !stopped; n = next++) {
      await delay(Math.max(0, startedAt + (n / jobs) * overMs - Date.now()));
      await order(n);
    }
  }
  return {
    accepted: () => accepted,
    repeated: () => repeated,
    complaints: () => complaints,
    done: Promise.all(Array.from({ length: hands }, hand)).then(() => {}),
    stop() {
      stopped = true;
    },
  };
}
