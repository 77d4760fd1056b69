import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { createScrapeEndpoint } from "../../../../app/telemetry/scrape-endpoint.ts";
import type { Target } from "../target.ts";
import type { RequestKind } from "../workload.ts";
import { createInstruments } from "./instruments.ts";

/** The SDK's instruments, behind our endpoint. */
export async function startTarget(kinds: readonly RequestKind[]): Promise<Target> {
  const endpoint = createScrapeEndpoint({ host: "127.0.0.1", port: 0, log: () => {} });
  const provider = new MeterProvider({ readers: [endpoint.reader] });
  return { url: String(await endpoint.url), record: createInstruments(provider.getMeter("bench"), kinds).record };
}
