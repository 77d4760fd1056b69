import type { Cores } from "../cores.ts";
import { readSpread, runRounds, sum } from "../rounds.ts";
import { type RunningVariant, requireTelemetry, startVariant } from "./running-variant.ts";
import { type Variant, type VariantName, variantNames, variants } from "./variants.ts";
import { runWrk, type WrkReport } from "./wrk.ts";

/** What one round gave of a variant. */
export interface Sample {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole process: its threads too, and what is left to do after the requests until every span is sent. */
  readonly cpuMicrosecondsPerRequest: number;
  readonly allocatedBytesPerRequest: number;
  readonly residentBytes: number;
  /** Of a variant with spans. */
  readonly spans?: {
    readonly received: number;
    readonly perRequest: number;
    /** How many of the requests that should have been sampled have their span at the collector, from 0 to 1. */
    readonly share: number;
  };
}

export interface RoundOptions {
  readonly wrk: string;
  readonly cores: Cores | undefined;
  /** Not counted: code is compiled, queues fill. */
  readonly warmUpSeconds: number;
  /** Of load on each variant, a second at a time. */
  readonly seconds: number;
  /** A run of its own, as counting is not quite free. */
  readonly allocationSeconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

interface Turn extends WrkReport {
  readonly seconds: number;
  readonly cpuMicroseconds: number;
}

/** The least that wrk can do. */
const turnSeconds = 1;

/** One variant in a round. */
interface Entrant {
  readonly name: VariantName;
  readonly variant: Variant;
  readonly running: RunningVariant;
  readonly load: (seconds: number) => Promise<WrkReport>;
  readonly warmUp: WrkReport;
}

/**
 * A second of load on a variant, and until its spans are sent: what is put off is not saved, and is nobody else's. The
 * time that the processor is busy with that counts as if it had been a part of the second; the waiting does not.
 */
async function measureTurn({ running: { server }, load }: Entrant): Promise<Turn> {
  const cpuBefore = await server.askNumber("cpuMicroseconds");
  const report = await load(turnSeconds);
  const cpuLoaded = await server.askNumber("cpuMicroseconds");
  await server.tell("flush");
  const cpuAfter = await server.askNumber("cpuMicroseconds");
  return {
    ...report,
    seconds: report.requests / report.requestsPerSecond + (cpuAfter - cpuLoaded) / 1e6,
    cpuMicroseconds: cpuAfter - cpuBefore,
  };
}

function readTurns(turns: readonly Turn[]) {
  const requests = sum(turns.map((turn) => turn.requests));
  return {
    requestsPerSecond: requests / sum(turns.map(({ seconds }) => seconds)),
    p50Ms: readSpread(turns.map(({ p50Ms }) => p50Ms)).median,
    p99Ms: readSpread(turns.map(({ p99Ms }) => p99Ms)).median,
    cpuMicrosecondsPerRequest: sum(turns.map(({ cpuMicroseconds }) => cpuMicroseconds)) / requests,
  };
}

async function readSample(entrant: Entrant, turns: readonly Turn[], seconds: number): Promise<Sample> {
  const { variant, running, load, warmUp } = entrant;
  const { server } = running;
  const { spans, serverSpans } = await requireTelemetry(variant, running);
  const requests = warmUp.requests + sum(turns.map((turn) => turn.requests));
  const residentBytes = await server.askNumber("residentBytes");
  await server.tell("startAllocationCount");
  const counted = await load(seconds);
  const allocated = await server.askNumber("allocatedBytes");
  return {
    ...readTurns(turns),
    allocatedBytesPerRequest: allocated / counted.requests,
    residentBytes,
    ...(variant.sampled !== undefined && {
      spans: {
        received: spans,
        perRequest: spans / serverSpans,
        share: serverSpans / (requests * variant.sampled),
      },
    }),
  };
}

/**
 * Starts all variants, gives each in turn a second of load, again and again, and ends them. Fresh processes inherit
 * nothing from an earlier round. Turns of a second meet the same machine: what disturbs it, or makes it faster, for
 * longer than that meets all of them. Who has no turn does nothing.
 */
export async function measureRound(options: RoundOptions): Promise<ReadonlyMap<VariantName, Sample>> {
  const { wrk, cores, warmUpSeconds, seconds, allocationSeconds, signal, onProgress } = options;
  const started: RunningVariant[] = [];
  try {
    const entrants: Entrant[] = [];
    for (const name of variantNames) {
      const variant: Variant = variants[name];
      const running = await startVariant(variant, { cores, signal });
      started.push(running);
      const load = (duration: number) =>
        runWrk({ program: wrk, url: running.url, seconds: duration, core: cores?.load, signal });
      entrants.push({ name, variant, running, load, warmUp: await load(warmUpSeconds) });
      onProgress("warm-ups", entrants.length, variantNames.length);
    }
    const rounds = seconds / turnSeconds;
    const turns = await runRounds({ variants: entrants, rounds, measure: measureTurn, signal, onProgress });
    const samples = new Map<VariantName, Sample>();
    for (const [entrant, taken] of turns)
      samples.set(entrant.name, await readSample(entrant, taken, allocationSeconds));
    return samples;
  } finally {
    await Promise.all(started.map((running) => running.close()));
  }
}
