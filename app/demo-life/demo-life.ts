import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config.ts";
import type { Service } from "../service.ts";
import { createOrder, createReports } from "./orders.ts";
import { checkRenderer } from "./renderer-check.ts";

export interface DemoLife {
  /** The origin of what takes the webhooks of the made-up jobs. */
  readonly receiver: string;
  /** From now on jobs and reports come in. */
  begin(service: Pick<Service, "url" | "apiKey" | "log">): void;
  /** Nothing more comes in. */
  end(): Promise<void>;
  /** And no webhook is taken any more: to be called when none is under way. Safe to call again. */
  close(): Promise<void>;
}

/** On an average; a job takes the demo renderer half a second. */
const jobPauseMs = 6_000;
/** Now and then several come at once, so that there is a queue to be seen. */
const burstOneIn = 20;
const burst = 12;
const reportPauseMs = 30_000;

/** Takes every webhook. */
async function startReceiver() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A gentle stream of made-up jobs with their webhooks, and two telemetry sources: what the page has to show for a first look.
 * All of it comes in by the API, as a client's would.
 * @throws Obstacle when the jobs would go to a real ComfyUI.
 */
export async function prepareDemoLife(config: Pick<Config, "COMFYUI_URL">): Promise<DemoLife> {
  await checkRenderer(config.COMFYUI_URL);
  const receiver = await startReceiver();
  const ending = new AbortController();
  const { signal } = ending;
  const going: Promise<void>[] = [];
  let closed: Promise<void> | undefined;

  async function live({ url, apiKey = "", log }: Pick<Service, "url" | "apiKey" | "log">): Promise<void> {
    /** What the service does not take, being busy or strict about how often one may ask, is let go. */
    async function post(path: string, body: unknown): Promise<void> {
      const headers = { "X-API-Key": apiKey, "Content-Type": "application/json" };
      const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body), signal });
      const said = await response.text();
      if (response.status === 422 || response.status === 401) log("warn", `the demo was refused: ${said}`);
    }
    async function repeat(pauseMs: () => number, work: (n: number) => Promise<void>): Promise<void> {
      for (let n = 1; !signal.aborted; n += 1) {
        // It may be away for a moment, and comes back.
        await work(n).catch(() => {});
        await delay(pauseMs(), undefined, { signal }).catch(() => {});
      }
    }
    let made = 0;
    async function order(): Promise<void> {
      made += 1;
      await post("/api/jobs", createOrder(made, `${receiver.origin}/`));
    }
    await Promise.all([
      repeat(
        () => jobPauseMs * (0.5 + Math.random()),
        async (n) => void (await Promise.all(Array.from({ length: n % burstOneIn === 0 ? burst : 1 }, order))),
      ),
      repeat(
        () => reportPauseMs,
        async () => {
          for (const report of createReports(new Date())) await post("/api/telemetry", report);
        },
      ),
    ]);
  }

  async function end(): Promise<void> {
    ending.abort();
    await Promise.all(going);
  }
  return {
    receiver: receiver.origin,
    begin(service) {
      going.push(live(service));
    },
    end,
    async close() {
      await end();
      closed ??= receiver.close();
      await closed;
    },
  };
}
