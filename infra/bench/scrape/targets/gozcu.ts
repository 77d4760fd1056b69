import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { createInPlaceMetrics } from "../../../../app/telemetry/in-place-metrics.ts";
import { createScrapeEndpoint } from "../../../../app/telemetry/scrape-endpoint.ts";
import type { Target } from "../target.ts";
import type { RequestKind } from "../workload.ts";
import { createInstruments } from "./instruments.ts";

/** Instruments that aggregate in place, behind our endpoint: as the service has it. */
export async function startTarget(kinds: readonly RequestKind[]): Promise<Target> {
  const { over, producer } = createInPlaceMetrics();
  const endpoint = createScrapeEndpoint({ host: "127.0.0.1", port: 0, log: () => {}, producers: [producer] });
  const provider = over(new MeterProvider({ readers: [endpoint.reader] }));
  return { url: String(await endpoint.url), record: createInstruments(provider.getMeter("bench"), kinds).record };
}
