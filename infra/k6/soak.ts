import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { soak } from "../../app/catalogue/soak.ts";
import { errorMessage } from "../../app/error-message.ts";
import type { Findings } from "./scenarios.ts";
import { renderSoakChart } from "./soak-chart.ts";
import { renderSoakReport } from "./soak-report.ts";
import { type ProcessSample, readProcessSample } from "./soak-sample.ts";

/** A busy process may answer late; one that does not answer at all shall not hold the run up. */
const answerMs = 10_000;

async function takeSample(url: string): Promise<ProcessSample> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return readProcessSample(await response.text(), Date.now());
}

async function takeFirstSample(url: string): Promise<ProcessSample> {
  try {
    return await takeSample(url);
  } catch (cause) {
    const advice = "it must be the OpenTelemetry port of a service that runs, usually http://127.0.0.1:9464/metrics";
    throw new Error(`${url} does not tell of memory and handles: ${errorMessage(cause)}; ${advice}`, { cause });
  }
}

/**
 * Watches what processes take of their machine.
 * @param options.urls their OpenTelemetry metrics
 * @param options.folder where `soak.svg` is written
 * @returns `close` ends it; what grows has `failed`.
 * @throws Error when a process cannot be watched.
 */
export async function startSoakWatch(options: {
  readonly urls: readonly string[];
  readonly folder: string;
  readonly sampleMs?: number;
}): Promise<{ close(): Promise<Findings> }> {
  const { urls, folder, sampleMs = soak.sampleSeconds * 1_000 } = options;
  const watched = await Promise.all(
    urls.map(async (url) => ({ url, samples: [await takeFirstSample(url)], missed: [] as string[] })),
  );
  const stop = new AbortController();

  async function watch({ url, samples, missed }: (typeof watched)[number]): Promise<void> {
    for (;;) {
      const over = await delay(sampleMs, false, { signal: stop.signal }).catch(() => true);
      if (over) return;
      try {
        samples.push(await takeSample(url));
      } catch (error) {
        missed.push(errorMessage(error));
      }
    }
  }
  const watching = watched.map(watch);

  return {
    async close() {
      stop.abort();
      await Promise.all(watching);
      const chart = join(folder, "soak.svg");
      await writeFile(chart, renderSoakChart(watched));
      const { lines, failed } = renderSoakReport(watched);
      const missing = watched.flatMap(({ url, samples, missed }) => {
        const asked = samples.length + missed.length;
        return missed.slice(0, 1).map((first) => `${url}: ${missed.length} of ${asked} samples missing: ${first}`);
      });
      return { lines: [...lines, ...missing, `chart: ${chart}`], failed };
    },
  };
}
