import { spawnSync } from "node:child_process";
import { findProgram } from "../../e2e/programs.ts";
import { type Cores, describeCores, findCores } from "../cores.ts";
import { shares } from "../durations.ts";
import { readPackageVersion } from "../machine.ts";
import type { BenchOptions, BenchPart, BenchResult } from "../part.ts";
import { judge, readFindings } from "./findings.ts";
import { countInstructions, findInstructionCounter } from "./instructions.ts";
import { renderChart, renderMisses, renderTables } from "./report.ts";
import { measureRound, type Sample } from "./round.ts";
import { type VariantName, variantNames, variants } from "./variants.ts";
import { connections } from "./wrk.ts";

const packages = [
  "express",
  "prom-client",
  "@opentelemetry/sdk-node",
  "@opentelemetry/instrumentation-http",
  "@opentelemetry/instrumentation-express",
] as const;

function requireWrk(): { readonly path: string; readonly version: string } {
  const path = findProgram("wrk");
  if (path === undefined)
    throw new Error("wrk is not on the PATH, and makes the load: try apt-get install wrk, or brew install wrk");
  // It prints its version with its usage, and exits with 1.
  const [, version = "?"] = /^wrk (\S+)/.exec(String(spawnSync(path, ["--version"]).stdout)) ?? [];
  return { path, version };
}

interface Durations {
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly allocationSeconds: number;
}

/** In whole seconds: wrk takes no others. */
function readDurations(seconds: number): Durations {
  const share = (part: keyof typeof shares) => Math.ceil(seconds * shares[part]);
  return { seconds, warmUpSeconds: share("warmUp"), allocationSeconds: share("allocation") };
}

async function measureInstructions({ quick, instructions, signal, onProgress }: BenchOptions) {
  const counts: Partial<Record<VariantName, number>> = {};
  if (!instructions) return { counts, note: "Instructions: not counted; `--instructions` asks for it." };
  const counter = findInstructionCounter();
  if (counter === undefined)
    return { counts, note: "Instructions: not counted; perf finds no counters here, and there is no valgrind." };
  const [warmUpRequests, requests] = quick ? [50, 50] : [6_000, 2_000];
  for (const [n, name] of variantNames.entries()) {
    counts[name] = await countInstructions(variants[name], { counter, warmUpRequests, requests, signal });
    onProgress("instruction counts", n + 1, variantNames.length);
  }
  const note = `Instructions: in user mode, all threads, by ${counter.name}; ${requests} requests after ${warmUpRequests} to warm up, in a run of their own.`;
  return { counts, note };
}

function renderNotes(options: {
  readonly wrkVersion: string;
  readonly cores: Cores | undefined;
  readonly rounds: number;
  readonly durations: Durations;
}): readonly string[] {
  const { wrkVersion, cores, rounds, durations } = options;
  const { warmUpSeconds, seconds, allocationSeconds } = durations;
  const versions = packages.map((name) => `${name} ${readPackageVersion(name)}`);
  return [
    `Versions: ${versions.join(", ")}, wrk ${wrkVersion}; NODE_ENV=production.`,
    `Load: \`GET /api/ping\` by wrk, 1 thread, ${connections} connections, each asking again as soon as it is answered; p50 and p99 are those of a server at its limit.`,
    describeCores(cores, { measured: "the server", beside: "wrk and the collector" }),
    `Rounds: ${rounds}. In each every variant is a fresh process, which has ${warmUpSeconds} s to warm up and then ${seconds} turns of one second, one variant after the other, each pass beginning with another; who has no turn is idle. What is left to do after a turn, until its spans are sent, counts with the time that the processor is busy with it. Figures are medians of the rounds; a ratio is taken in each round, against the turns of bare Express in the same round.`,
    "OpenTelemetry: instrumentation-http and instrumentation-express with their defaults, BatchSpanProcessor with its defaults, OTLP/HTTP in protobuf, the Prometheus exporter. A turn counts only if metrics and spans have the route.",
    "Spans made are reckoned from the requests and the sampling ratio, warm-up included; what is missing was dropped by a full queue. Where every request is sampled it must not be more than a hundredth, in any round. At 10 % chance alone makes some per cent of difference in a short turn, and the requests that wrk breaks off at its end have spans too.",
    `CPU: of the server's whole process, until all spans are sent. Allocations: on V8's heap, from its size before and after each collection, in ${allocationSeconds} s of load after the turns. RSS: at the end of the turns.`,
  ];
}

async function run(options: BenchOptions): Promise<BenchResult> {
  const { rounds, seconds, signal, onProgress } = options;
  const wrk = requireWrk();
  const cores = findCores();
  const durations = readDurations(seconds);
  const taken = new Map(variantNames.map((name): [VariantName, Sample[]] => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const samples = await measureRound({
      ...durations,
      wrk: wrk.path,
      cores,
      signal,
      onProgress: (doing, done, of) => onProgress(`round ${round} of ${rounds}, ${doing}`, done, of),
    });
    for (const [name, sample] of samples) taken.get(name)?.push(sample);
  }
  const { counts, note } = await measureInstructions(options);
  const findings = readFindings(taken, counts);
  const verdicts = judge(taken);
  return {
    tables: renderTables(findings, verdicts),
    charts: { "http.svg": renderChart(findings) },
    misses: renderMisses(verdicts),
    notes: [...renderNotes({ wrkVersion: wrk.version, cores, rounds, durations }), note],
  };
}

/** What telemetry costs a request. */
export const httpPart: BenchPart = {
  name: "http",
  title: "What telemetry costs a request",
  help: "requests a second of Express with and without telemetry",
  requirePrograms: requireWrk,
  run,
};
