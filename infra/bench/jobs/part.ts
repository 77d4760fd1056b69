import { describeCores, findCores } from "../cores.ts";
import { shares } from "../durations.ts";
import { readPackageVersion } from "../machine.ts";
import type { BenchOptions, BenchPart, BenchResult } from "../part.ts";
import { type Finding, readFindings } from "./findings.ts";
import { concurrency, outstanding } from "./queue.ts";
import { listMisses, renderChart, renderFindings } from "./report.ts";
import { runRound, type Sample } from "./round.ts";
import { startServers } from "./servers.ts";
import { backendNames, backends, type TelemetryName, telemetryNames } from "./variants.ts";

async function run({ rounds, seconds, quick, signal, onProgress }: BenchOptions): Promise<BenchResult> {
  const cores = findCores();
  const servers = await startServers(cores);
  try {
    const there = backendNames.flatMap((backend) => {
      const url = servers.urls[backend];
      return url === undefined ? [] : [{ backend, url }];
    });
    const measuredSeconds = quick ? seconds / 4 : seconds;
    const turnSeconds = Math.min(1, measuredSeconds);
    const allocationSeconds = Math.ceil(measuredSeconds * shares.allocation);
    const findings: Finding[] = [];
    for (const { backend, url } of there) {
      const samples = new Map(telemetryNames.map((name): [TelemetryName, Sample[]] => [name, []]));
      for (let round = 1; round <= rounds; round += 1) {
        const taken = await runRound({
          ...{ backend, url, cores, signal, turnSeconds, allocationSeconds },
          turns: Math.round(measuredSeconds / turnSeconds),
          warmUpSeconds: measuredSeconds * shares.warmUp,
          onProgress: (doing, done, of) =>
            onProgress(`${backends[backend]}, round ${round} of ${rounds}, ${doing}`, done, of),
        });
        for (const [name, sample] of taken) samples.get(name)?.push(sample);
      }
      findings.push(...readFindings(backend, samples));
    }
    const missing = backendNames
      .filter((backend) => servers.urls[backend] === undefined)
      .map((backend) => `Not measured: ${backends[backend]} is not installed.`);
    return {
      tables: [renderFindings(findings)],
      charts: { "jobs.svg": renderChart(findings) },
      misses: [...listMisses(findings), ...missing],
      notes: [
        `Versions: bullmq ${readPackageVersion("bullmq")}, bullmq-otel ${readPackageVersion("bullmq-otel")}`,
        `Jobs a second from the first that is added to the last that is completed. One process adds and works: ${outstanding} jobs that are not completed at a time, of which ${concurrency} are worked on. A job waits for one turn of the event loop.`,
        "bullmq-otel and Gözcü: all jobs sampled, spans sent by OTLP/HTTP, and histograms. Each turn is checked: the histograms counted every job, and the span of its processing stands under that of its adding. The last column is the least of the rounds.",
        "CPU is of the process that adds and works, until every span is sent. Where the backend is what limits the jobs a second, it tells more than these.",
        `Rounds: ${rounds}. In each every telemetry is a fresh process, which warms up and then has ${Math.round(measuredSeconds / turnSeconds)} turns of ${turnSeconds} s, one after the other, each pass beginning with another; who has no turn waits for jobs. Ratios are taken in each round.`,
        `p50 and p99: from a job's adding to its completion, with as many others before it. Allocations: on V8's heap, from its size before and after each collection, in ${allocationSeconds} s of jobs after the turns.`,
        ...missing,
        describeCores(cores, {
          measured: "the process that adds and works",
          beside: "the backend and the collector",
        }),
      ],
    };
  } finally {
    await servers.close();
  }
}

/** What a job's telemetry costs. */
export const jobsPart: BenchPart = {
  name: "jobs",
  title: "Jobs",
  help: "jobs a second with BullMQ alone, with bullmq-otel, and with ours, on Redis and on Postgres",
  run,
};
