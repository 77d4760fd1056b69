import { describeCores, findCores } from "../cores.ts";
import { readPackageVersion } from "../machine.ts";
import type { BenchOptions, BenchPart, BenchResult } from "../part.ts";
import { runRounds } from "../rounds.ts";
import { readFindings } from "./findings.ts";
import { concurrency, outstanding } from "./queue.ts";
import { listMisses, renderChart, renderFindings } from "./report.ts";
import { startServers } from "./servers.ts";
import { runTurn } from "./turn.ts";
import { backendNames, backends, telemetryNames } from "./variants.ts";

/** Before what is measured: connections are made, code is compiled. A share of the seconds measured. */
const warmUpShare = 0.2;

async function run({ rounds, seconds, quick, signal, onProgress }: BenchOptions): Promise<BenchResult> {
  const cores = findCores();
  const servers = await startServers(cores);
  try {
    const there = backendNames.flatMap((backend) => {
      const url = servers.urls[backend];
      return url === undefined ? [] : [{ backend, url }];
    });
    const turns = there.flatMap(({ backend, url }) => telemetryNames.map((telemetry) => ({ backend, telemetry, url })));
    const measuredSeconds = quick ? seconds / 4 : seconds;
    const samples = await runRounds({
      variants: turns,
      rounds,
      measure: (turn) =>
        runTurn({
          variant: turn,
          url: turn.url,
          seconds: measuredSeconds,
          warmUpSeconds: measuredSeconds * warmUpShare,
          cores,
          signal,
        }),
      signal,
      onProgress,
    });
    const findings = there.flatMap(({ backend }) => {
      const ofBackend = turns.filter((turn) => turn.backend === backend);
      return readFindings(backend, new Map(ofBackend.map((turn) => [turn.telemetry, samples.get(turn) ?? []])));
    });
    const missing = backendNames.filter((backend) => servers.urls[backend] === undefined);
    return {
      tables: [renderFindings(findings)],
      charts: { "jobs.svg": renderChart(findings) },
      misses: listMisses(findings),
      notes: [
        `Versions: bullmq ${readPackageVersion("bullmq")}, bullmq-otel ${readPackageVersion("bullmq-otel")}`,
        `Jobs a second from the first that is added to the last that is completed. One process adds and works: ${outstanding} jobs that are not completed at a time, of which ${concurrency} are worked on. A job waits for one turn of the event loop.`,
        "bullmq-otel and Gözcü: all jobs sampled, spans sent by OTLP/HTTP, and histograms. Each turn is checked: the histograms counted every job, and the span of its processing stands under that of its adding. The last column is the least of the rounds.",
        "CPU is of the process that adds and works, until every span is sent. Where the backend is what limits the jobs a second, it tells more than these.",
        ...missing.map((backend) => `Not measured: ${backends[backend]} is not installed.`),
        `${describeCores(cores)} The backend shares the second core.`,
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
