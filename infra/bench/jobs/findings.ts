import { readRatio, readSpread, type Spread } from "../rounds.ts";
import type { Sample } from "./round.ts";
import { type BackendName, baseName, type TelemetryName, type TelemetryRow, telemetries } from "./variants.ts";

/** The samples of each telemetry on one backend, in the order of the rounds. */
export type Samples = ReadonlyMap<TelemetryName, readonly Sample[]>;

/** What became of one telemetry on one backend. */
export interface Finding {
  readonly backend: BackendName;
  readonly telemetry: TelemetryName;
  readonly jobsPerSecond: Spread;
  /** To BullMQ alone, round by round. */
  readonly ratio: Spread;
  /** The least that the ratio should be. */
  readonly aim: number | undefined;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly cpuMicrosecondsPerJob: Spread;
  readonly allocatedBytesPerJob: Spread;
  readonly residentBytes: Spread;
  readonly spans: { readonly perJob: Spread; readonly share: Spread } | undefined;
}

export function readFindings(backend: BackendName, samples: Samples): readonly Finding[] {
  const base = samples.get(baseName)?.map(({ jobsPerSecond }) => jobsPerSecond) ?? [];
  return Array.from(samples, ([telemetry, ofOne]) => {
    const { aim }: TelemetryRow = telemetries[telemetry];
    const read = (pick: (sample: Sample) => number) => readSpread(ofOne.map(pick));
    const spans = ofOne.flatMap((sample) => sample.spans ?? []);
    return {
      ...{ backend, telemetry, aim },
      jobsPerSecond: read((sample) => sample.jobsPerSecond),
      ratio: readRatio(
        ofOne.map((sample) => sample.jobsPerSecond),
        base,
      ),
      p50Ms: read((sample) => sample.p50Ms),
      p99Ms: read((sample) => sample.p99Ms),
      allocatedBytesPerJob: read((sample) => sample.allocatedBytesPerJob),
      cpuMicrosecondsPerJob: read((sample) => sample.cpuMicrosecondsPerJob),
      residentBytes: read((sample) => sample.residentBytes),
      spans:
        spans.length === 0
          ? undefined
          : {
              perJob: readSpread(spans.map(({ perJob }) => perJob)),
              share: readSpread(spans.map(({ share }) => share)),
            },
    };
  });
}
