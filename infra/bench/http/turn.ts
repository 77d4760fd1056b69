import type { Cores } from "../cores.ts";
import { requireTelemetry, startVariant } from "./running-variant.ts";
import type { Variant } from "./variants.ts";
import { runWrk } from "./wrk.ts";

/** What one turn of a variant gave. */
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

export interface TurnOptions {
  readonly wrk: string;
  readonly cores: Cores | undefined;
  /** Not counted: code is compiled, queues fill. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** A run of its own, as counting is not quite free. */
  readonly allocationSeconds: number;
  readonly signal: AbortSignal;
}

/** Starts a variant, loads it, and ends it: no turn inherits what an earlier one left, and nobody idles beside another. */
export async function measureTurn(variant: Variant, options: TurnOptions): Promise<Sample> {
  const { wrk, cores, warmUpSeconds, seconds, allocationSeconds, signal } = options;
  const running = await startVariant(variant, { cores, signal });
  try {
    const { server, url } = running;
    const load = (duration: number) => runWrk({ program: wrk, url, seconds: duration, core: cores?.load, signal });
    const warmUp = await load(warmUpSeconds);
    const cpuBefore = await server.askNumber("cpuMicroseconds");
    const { requests, ...figures } = await load(seconds);
    const { spans, serverSpans } = await requireTelemetry(variant, running);
    const cpu = (await server.askNumber("cpuMicroseconds")) - cpuBefore;
    const residentBytes = await server.askNumber("residentBytes");

    await server.tell("startAllocationCount");
    const counted = await load(allocationSeconds);
    const allocated = await server.askNumber("allocatedBytes");
    return {
      ...figures,
      cpuMicrosecondsPerRequest: cpu / requests,
      allocatedBytesPerRequest: allocated / counted.requests,
      residentBytes,
      ...(variant.sampled !== undefined && {
        spans: {
          received: spans,
          perRequest: spans / serverSpans,
          share: serverSpans / ((warmUp.requests + requests) * variant.sampled),
        },
      }),
    };
  } finally {
    await running.close();
  }
}
