import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Cores, pin } from "../cores.ts";
import { type MeasuredProcess, startMeasuredProcess } from "../measured-process.ts";
import { readSpread, runRounds, sum } from "../rounds.ts";
import { type TraceSummary, TraceSummarySchema } from "./trace-summary.ts";
import { type BackendName, baseName, type TelemetryName, telemetryNames } from "./variants.ts";

const MeasurementSchema = z.object({
  jobs: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** With those of the warm-up. */
  total: z.int(),
  milliseconds: z.number(),
  cpuMicroseconds: z.number(),
  residentBytes: z.number(),
  counts: z.array(z.number()),
});
type Measurement = z.infer<typeof MeasurementSchema>;

/** What one round gave of a telemetry. */
export interface Sample {
  readonly jobsPerSecond: number;
  /** From a job's adding to its completion. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole process: its threads too, and what they do after the jobs until every span is sent. */
  readonly cpuMicrosecondsPerJob: number;
  readonly allocatedBytesPerJob: number;
  readonly residentBytes: number;
  /** Of a variant with spans. */
  readonly spans?: {
    readonly perJob: number;
    /** How many of the jobs have both spans at the collector, the one under the other. */
    readonly share: number;
  };
}

export interface RoundOptions {
  readonly backend: BackendName;
  /** Of the backend. */
  readonly url: string;
  /** How often each telemetry has its turn, and how long that takes. */
  readonly turns: number;
  readonly turnSeconds: number;
  readonly warmUpSeconds: number;
  readonly allocationSeconds: number;
  readonly cores: Cores | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

/** One telemetry in a round, and where its spans go. */
interface Entrant {
  readonly telemetry: TelemetryName;
  readonly server: MeasuredProcess;
  readonly collector: MeasuredProcess;
}

const collectorProgram = fileURLToPath(new URL("collector.ts", import.meta.url));
const serverProgram = fileURLToPath(new URL("server.ts", import.meta.url));

/** The turns of one telemetry as one. */
function addUp(turns: readonly Measurement[]): Measurement {
  const [last] = turns.slice(-1);
  if (last === undefined) throw new RangeError("no turns: there is nothing to add up");
  const add = (pick: (turn: Measurement) => number) => sum(turns.map(pick));
  return {
    ...last,
    jobs: add(({ jobs }) => jobs),
    milliseconds: add(({ milliseconds }) => milliseconds),
    cpuMicroseconds: add(({ cpuMicroseconds }) => cpuMicroseconds),
    p50Ms: readSpread(turns.map(({ p50Ms }) => p50Ms)).median,
    p99Ms: readSpread(turns.map(({ p99Ms }) => p99Ms)).median,
  };
}

/** @throws Error when a job was not counted or no job has a trace: who does nothing is fast. */
function judge(
  what: string,
  { telemetry }: Entrant,
  { total, counts }: Measurement,
  { spans, linked }: TraceSummary,
): Sample["spans"] {
  if (telemetry === baseName) {
    if (spans > 0) throw new Error(`${what} sent ${spans} spans: must be none`);
    return undefined;
  }
  if (counts.length === 0 || counts.some((count) => count !== total))
    throw new Error(`the histograms of ${what} counted ${counts.join(" and ")} jobs: must be ${total}`);
  if (linked === 0) throw new Error(`of the ${spans} spans of ${what} none stands under the one that added its job`);
  return { perJob: spans / total, share: linked / total };
}

async function startEntrant(telemetry: TelemetryName, options: RoundOptions): Promise<Entrant> {
  const { backend, url, turnSeconds, warmUpSeconds, allocationSeconds, cores, signal } = options;
  const collector = await startMeasuredProcess({
    command: pin([process.execPath, collectorProgram], cores?.load),
    environment: { NODE_ENV: "production" },
    signal,
  });
  try {
    const durations = [warmUpSeconds, turnSeconds, allocationSeconds].map((value) => String(value * 1_000));
    const server = await startMeasuredProcess({
      command: pin([process.execPath, serverProgram, telemetry, backend, ...durations], cores?.server),
      environment: {
        NODE_ENV: "production",
        OTEL_SERVICE_NAME: "bench",
        OTEL_EXPORTER_PROMETHEUS_PORT: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: await collector.askText("url"),
        OTEL_TRACES_SAMPLER: "parentbased_always_on",
        // Arguments can be read by everyone on the machine.
        BACKEND_URL: url,
      },
      signal,
    });
    return { telemetry, server, collector };
  } catch (error) {
    await collector.close();
    throw error;
  }
}

async function readSample(what: string, entrant: Entrant, turns: readonly Measurement[]): Promise<Sample> {
  const { server, collector } = entrant;
  const measured = addUp(turns);
  const traces = TraceSummarySchema.parse(JSON.parse(await collector.askText("summary")));
  const spans = judge(what, entrant, measured, traces);
  return {
    jobsPerSecond: measured.jobs / (measured.milliseconds / 1_000),
    p50Ms: measured.p50Ms,
    p99Ms: measured.p99Ms,
    cpuMicrosecondsPerJob: measured.cpuMicroseconds / measured.jobs,
    allocatedBytesPerJob: await server.askNumber("allocatedBytesPerJob"),
    residentBytes: measured.residentBytes,
    ...(spans && { spans }),
  };
}

/**
 * Adds and works on jobs with each telemetry, in processes of their own that take turns, and has their spans collected
 * in others: what disturbs the machine for longer than a turn meets all of them.
 */
export async function runRound(options: RoundOptions): Promise<ReadonlyMap<TelemetryName, Sample>> {
  const { backend, turns, signal, onProgress } = options;
  const entrants: Entrant[] = [];
  try {
    for (const telemetry of telemetryNames) {
      const entrant = await startEntrant(telemetry, options);
      entrants.push(entrant);
      await entrant.server.tell("warmUp");
      onProgress("warm-ups", entrants.length, telemetryNames.length);
    }
    const measure = async ({ server }: Entrant) => MeasurementSchema.parse(JSON.parse(await server.askText("measure")));
    const taken = await runRounds({ variants: entrants, rounds: turns, measure, signal, onProgress });
    const samples = new Map<TelemetryName, Sample>();
    for (const [entrant, measurements] of taken) {
      const { telemetry, server } = entrant;
      samples.set(telemetry, await readSample(`${telemetry} on ${backend}`, entrant, measurements));
      await server.tell("close");
    }
    return samples;
  } finally {
    await Promise.all(entrants.flatMap(({ server, collector }) => [server.close(), collector.close()]));
  }
}
