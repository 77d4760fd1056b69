import { readRatio, readSpread, type Spread } from "../rounds.ts";
import type { Sample } from "./turn.ts";
import { baseName, duels, type Variant, type VariantName, variantNames, variants } from "./variants.ts";

/** What all turns of a variant gave. */
export interface Finding {
  readonly name: VariantName;
  readonly variant: Variant;
  readonly requestsPerSecond: Spread;
  /** Of its requests a second to those of bare Express. */
  readonly ratio: Spread;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosecondsPerRequest: number;
  readonly allocatedBytesPerRequest: number;
  readonly residentBytes: number;
  readonly spans: Readonly<Record<keyof NonNullable<Sample["spans"]>, number>> | undefined;
  readonly instructionsPerRequest: number | undefined;
}

/** The samples of each variant in the order of the rounds. */
export type Samples = ReadonlyMap<VariantName, readonly Sample[]>;

const readRates = (samples: Samples, name: VariantName) =>
  (samples.get(name) ?? []).map(({ requestsPerSecond }) => requestsPerSecond);

/** Sums up the rounds by their medians. */
export function readFindings(
  samples: Samples,
  instructions: Readonly<Partial<Record<VariantName, number>>>,
): readonly Finding[] {
  return variantNames.map((name) => {
    const own = samples.get(name) ?? [];
    const median = (read: (sample: Sample) => number) => readSpread(own.map(read)).median;
    const spans = own.flatMap((sample) => sample.spans ?? []);
    const medianOfSpans = (field: keyof (typeof spans)[number]) => readSpread(spans.map((row) => row[field])).median;
    return {
      name,
      variant: variants[name],
      requestsPerSecond: readSpread(readRates(samples, name)),
      ratio: readRatio(readRates(samples, name), readRates(samples, baseName)),
      p50Ms: median((sample) => sample.p50Ms),
      p99Ms: median((sample) => sample.p99Ms),
      cpuMicrosecondsPerRequest: median((sample) => sample.cpuMicrosecondsPerRequest),
      allocatedBytesPerRequest: median((sample) => sample.allocatedBytesPerRequest),
      residentBytes: median((sample) => sample.residentBytes),
      spans:
        spans.length === 0
          ? undefined
          : {
              received: medianOfSpans("received"),
              perRequest: medianOfSpans("perRequest"),
              share: medianOfSpans("share"),
            },
      instructionsPerRequest: instructions[name],
    };
  });
}

/** An aim, and what became of it. */
export interface Verdict {
  readonly what: string;
  readonly aim: number;
  readonly ratio: Spread;
  readonly kept: boolean;
}

/** Judges by the median of the rounds. */
export function judge(samples: Samples): readonly Verdict[] {
  const compare = (name: VariantName, than: VariantName, aim: number): Verdict => {
    const ratio = readRatio(readRates(samples, name), readRates(samples, than));
    return {
      what: `${variants[name].label}, to ${variants[than].label}`,
      aim,
      ratio,
      kept: ratio.median >= aim,
    };
  };
  const toBase = variantNames.flatMap((name) => {
    const { aim }: Variant = variants[name];
    return aim === undefined ? [] : [compare(name, baseName, aim)];
  });
  return [...toBase, ...duels.map(({ name, than, aim }) => compare(name, than, aim))];
}
