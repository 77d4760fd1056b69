import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { alertContracts } from "../../app/api/alert-contract.ts";
import { healthContracts } from "../../app/api/health-contract.ts";
import { jobContracts } from "../../app/api/job-contract.ts";
import { telemetryContracts } from "../../app/api/telemetry-contract.ts";

/** How many requests are under way at a time. */
const atOnce = 10;
/** The service is on this machine: what takes longer has gone wrong. */
const answerMs = 15_000;

const AcceptedSchema = z.object({ id: z.uuid() });
const PageSchema = z.object({ jobs: z.array(z.object({ id: z.uuid() })) });

export interface DemoClient {
  health(): Promise<z.infer<(typeof healthContracts.health.answers)[200]["schema"]>>;
  alerts(): Promise<z.infer<(typeof alertContracts.alertList.answers)[200]["schema"]>>;
  telemetry(): Promise<z.infer<(typeof telemetryContracts.telemetryRead.answers)[200]["schema"]>>;
  job(id: string): Promise<z.infer<(typeof jobContracts.jobRead.answers)[200]["schema"]>>;
  /** The size of a job's first picture, in bytes. */
  pictureBytes(id: string): Promise<number>;
  /** Posts the same job once more: after the first time nothing is added to the queue. */
  submitAgain(): Promise<void>;
  /** The ids of jobs that have been accepted. */
  submit(count: number): Promise<readonly string[]>;
  /** Cancels every job that has not ended. */
  cancelOpen(): Promise<number>;
  /** What anybody sees at `GET /`; undefined where there is no page. */
  page(): Promise<string | undefined>;
}

/** Asks the service as any client does, and believes only answers that keep their contract. */
export function createDemoClient(options: {
  readonly url: string;
  readonly apiKey: string;
  readonly webhookUrl: string;
  readonly signal: AbortSignal;
}): DemoClient {
  const { url, apiKey, webhookUrl, signal } = options;

  async function ask(
    path: string,
    init: { method?: string; body?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Response> {
    const response = await fetch(url + path, {
      ...init,
      headers: { "X-API-Key": apiKey, "Content-Type": "application/json", ...init.headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return response;
  }
  const read = async <T>(path: string, schema: z.ZodType<T>) => schema.parse(await (await ask(path)).json());
  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers });
  const order = { type: "image", prompt: "demo: a lighthouse in the fog", webhookUrl } as const;

  /** One batch after the other. */
  async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    for (let from = 0; from < items.length; from += atOnce) {
      results.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
    }
    return results;
  }

  return {
    health: () => read("/api/health", healthContracts.health.answers[200].schema),
    alerts: () => read("/api/alerts", alertContracts.alertList.answers[200].schema),
    telemetry: () => read("/api/telemetry", telemetryContracts.telemetryRead.answers[200].schema),
    job: (id) => read(`/api/jobs/${id}`, jobContracts.jobRead.answers[200].schema),
    pictureBytes: async (id) => (await (await ask(`/api/jobs/${id}/images/0`)).arrayBuffer()).byteLength,
    async submitAgain() {
      await (await post("/api/jobs", order, { "Idempotency-Key": "the-same-job-again" })).text();
    },
    submit: (count) =>
      inBatches(
        Array.from({ length: count }),
        async () => AcceptedSchema.parse(await (await post("/api/jobs", order)).json()).id,
      ),
    async cancelOpen() {
      let cancelled = 0;
      // What is in hand is cancelled by its worker: it is seen once more until that has looked.
      for (const status of ["pending", "processing"]) {
        const { jobs } = await read(`/api/jobs?status=${status}&limit=200`, PageSchema);
        cancelled += (await inBatches(jobs, ({ id }) => post(`/api/jobs/${id}/cancel`, undefined))).length;
      }
      return cancelled;
    },
    async page() {
      const response = await fetch(`${url}/`, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
      const text = await response.text();
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`the page was answered with ${response.status}`);
      return text;
    },
  };
}

/** Somebody who looks at the service all the time: most requests are those of an ordinary day. */
export async function visit(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${url}/api/ping`, { signal }).catch(() => {
      // The service is away for a moment; the visitor comes back.
    });
    await delay(visitPauseMs, undefined, { signal }).catch(() => {});
  }
}
const visitPauseMs = 125;
