import { setTimeout as delay } from "node:timers/promises";
import { endpoints } from "../../../app/catalogue/endpoints.ts";
import { logIn } from "../../e2e/page-client.ts";
import type { ServiceProcess } from "../../e2e/service-process.ts";
import { inspectMemory, type Memory } from "./inspected-memory.ts";
import { openStreams } from "./streams.ts";

/** What one round found. */
export interface StreamRound {
  /** Without any stream, and with all of them open. */
  readonly before: Memory;
  readonly during: Memory;
  /** The fewest and the most events that a stream received, and those of all. */
  readonly events: { readonly fewest: number; readonly most: number; readonly total: number };
  readonly bytes: number;
  /** Streams that the service ended by itself. */
  readonly ended: number;
}

/** How often something changes on the page meanwhile. */
const changeMs = 2_000;
/** After the last stream is closed the service lets go of its connections. */
const settleMs = 1_000;

/** Accepts a job, which no worker takes, so that the numbers change; and cancels it, so that they stay the same. */
async function change(service: ServiceProcess): Promise<void> {
  const answer = await service.post(endpoints.jobSubmit.route, { type: "image", prompt: "a lighthouse at dusk" });
  const { id } = (await answer.json()) as { id: string };
  await delay(changeMs / 2);
  await service.post(endpoints.jobCancel.route.replace(":id", id), {});
  await delay(changeMs / 2);
}

/**
 * Opens so many streams, several times: the first time is not counted, in which code is compiled and what is kept for good
 * is made.
 */
export async function measureStreams(options: {
  readonly service: ServiceProcess;
  readonly streams: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}): Promise<readonly StreamRound[]> {
  const { service, streams, seconds, rounds, onProgress } = options;
  const cookie = await logIn(service.url);
  const memory = await inspectMemory(service.output());

  async function measureRound(): Promise<StreamRound> {
    const before = await memory.read();
    const open = await openStreams(service.url, streams, cookie);
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until) await change(service);
    const during = await memory.read();
    const [events, bytes, ended] = [open.events(), open.bytes(), open.ended()];
    await open.close();
    await delay(settleMs);
    return {
      ...{ before, during, bytes, ended },
      events: {
        fewest: Math.min(...events),
        most: Math.max(...events),
        total: events.reduce((sum, count) => sum + count, 0),
      },
    };
  }

  try {
    const measured: StreamRound[] = [];
    for (let round = -1; round < rounds; round += 1) {
      const found = await measureRound();
      if (round >= 0) measured.push(found);
      onProgress("rounds of streams", round + 2, rounds + 1);
    }
    return measured;
  } finally {
    await memory.close();
  }
}
