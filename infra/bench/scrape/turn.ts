import { fileURLToPath } from "node:url";
import { Client } from "undici";
import { type Cores, pin } from "../cores.ts";
import { startMeasuredProcess } from "../measured-process.ts";
import { readSpread } from "../rounds.ts";
import { readScrape } from "./text.ts";
import type { Variant } from "./variants.ts";
import { listRequestKinds, names } from "./workload.ts";

/** What one turn of a variant gave: of one scrape, the median of all in the turn. */
export interface Sample {
  readonly ms: number;
  /** The mean: the clock of a process' time is too coarse for a single scrape. */
  readonly cpuMs: number;
  /** Of the last scrape before those that are measured. */
  readonly bytes: number;
}

export interface TurnOptions {
  readonly variant: Variant;
  readonly series: number;
  readonly seconds: number;
  /** 1 or more. */
  readonly warmUpScrapes: number;
  readonly cores: Cores | undefined;
  readonly signal: AbortSignal;
}

/** @throws Error when it is not what was recorded: who leaves something out is fast. */
function checkText(text: string, expected: { readonly series: number; readonly requests: number }): void {
  const { series, sumOf } = readScrape(text);
  const observed = sumOf(`${names.duration}_count`);
  const requests = sumOf(names.requests);
  if (series !== expected.series || requests !== expected.requests || observed !== expected.requests)
    throw new Error(
      `the scrape holds ${series} series, ${requests} requests and ${observed} durations: must be ${expected.series}, ${expected.requests} and ${expected.requests}`,
    );
}

/** Scrapes for so many seconds, one after the other on a kept connection. Before each, every histogram and counter changes. */
export async function runTurn(options: TurnOptions): Promise<Sample> {
  const { variant, series, seconds, warmUpScrapes, cores, signal } = options;
  const program = fileURLToPath(new URL("server.ts", import.meta.url));
  const server = await startMeasuredProcess({
    command: pin([process.execPath, program, variant.target, String(series)], cores?.server),
    environment: { NODE_ENV: "production" },
    signal,
  });
  try {
    const url = new URL(await server.askText("url"));
    const client = new Client(url.origin);
    let recorded = 0;
    async function scrape() {
      await server.tell("record");
      recorded += 1;
      const start = performance.now();
      const { body } = await client.request({ path: url.pathname, method: "GET", signal });
      const text = Buffer.from(await body.arrayBuffer());
      return { ms: performance.now() - start, text };
    }
    let latest = await scrape();
    while (recorded < warmUpScrapes) latest = await scrape();
    // Numbers grow as they are recorded; here as much was recorded of every variant.
    const bytes = latest.text.length;
    const times: number[] = [];
    const cpuAtStart = await server.askNumber("cpuMicroseconds");
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
      latest = await scrape();
      times.push(latest.ms);
    }
    const cpuMicroseconds = (await server.askNumber("cpuMicroseconds")) - cpuAtStart;
    await client.close();
    checkText(latest.text.toString(), { series, requests: recorded * listRequestKinds(series).length });
    const { median } = readSpread(times);
    return { ms: median, cpuMs: cpuMicroseconds / 1_000 / times.length, bytes };
  } finally {
    await server.close();
  }
}
