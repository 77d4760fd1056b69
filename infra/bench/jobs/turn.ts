import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Cores, pin } from "../cores.ts";
import { startMeasuredProcess } from "../measured-process.ts";
import { type TraceSummary, TraceSummarySchema } from "./trace-summary.ts";
import { baseName, type Variant } from "./variants.ts";

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

/** What one turn of a variant gave. */
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

export interface TurnOptions {
  readonly variant: Variant;
  /** Of the backend. */
  readonly url: string;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly allocationSeconds: number;
  readonly cores: Cores | undefined;
  readonly signal: AbortSignal;
}

const collectorProgram = fileURLToPath(new URL("collector.ts", import.meta.url));
const serverProgram = fileURLToPath(new URL("server.ts", import.meta.url));

/** @throws Error when a job was not counted or no job has a trace: who does nothing is fast. */
function readSample(
  variant: Variant,
  measured: Measurement,
  traces: TraceSummary,
  allocatedBytesPerJob: number,
): Sample {
  const { jobs, total, milliseconds, cpuMicroseconds, counts, ...figures } = measured;
  const sample = {
    ...figures,
    jobsPerSecond: jobs / (milliseconds / 1_000),
    cpuMicrosecondsPerJob: cpuMicroseconds / jobs,
    allocatedBytesPerJob,
  };
  const what = `${variant.telemetry} on ${variant.backend}`;
  if (variant.telemetry === baseName) {
    if (traces.spans > 0) throw new Error(`${what} sent ${traces.spans} spans: must be none`);
    return sample;
  }
  if (counts.length === 0 || counts.some((count) => count !== total))
    throw new Error(`the histograms of ${what} counted ${counts.join(" and ")} jobs: must be ${total}`);
  if (traces.linked === 0)
    throw new Error(`of the ${traces.spans} spans of ${what} none stands under the one that added its job`);
  return { ...sample, spans: { perJob: traces.spans / total, share: traces.linked / total } };
}

/** Adds and works on jobs in a process of its own, and has its spans collected in another. */
export async function runTurn(options: TurnOptions): Promise<Sample> {
  const { variant, url, seconds, warmUpSeconds, allocationSeconds, cores, signal } = options;
  const collector = await startMeasuredProcess({
    command: pin([process.execPath, collectorProgram], cores?.load),
    environment: { NODE_ENV: "production" },
    signal,
  });
  try {
    const durations = [warmUpSeconds, seconds, allocationSeconds].map((value) => String(value * 1_000));
    const server = await startMeasuredProcess({
      command: pin([process.execPath, serverProgram, variant.telemetry, variant.backend, ...durations], cores?.server),
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
    try {
      await server.tell("warmUp");
      const measured = MeasurementSchema.parse(JSON.parse(await server.askText("measure")));
      const traces = TraceSummarySchema.parse(JSON.parse(await collector.askText("summary")));
      const allocatedBytesPerJob = await server.askNumber("allocatedBytesPerJob");
      await server.tell("close");
      return readSample(variant, measured, traces, allocatedBytesPerJob);
    } finally {
      await server.close();
    }
  } finally {
    await collector.close();
  }
}
