import { readRatio, readSpread, type Spread } from "../rounds.ts";
import type { Sample } from "./round.ts";
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
  readonly spans: { readonly received: number; readonly perRequest: number; readonly share: Spread } | undefined;
  readonly instructionsPerRequest: number | undefined;
}

/** The samples of each variant in the order of the rounds. */
export type Samples = ReadonlyMap<VariantName, readonly Sample[]>;

const readRates = (samples: Samples, name: VariantName) =>
  (samples.get(name) ?? []).map(({ requestsPerSecond }) => requestsPerSecond);

/** The least share of the spans of an aim's variant, where every request is sampled: who drops them is fast, and of no use. */
const shareMin = 0.99;

/** Sums up the rounds by their medians. */
export function readFindings(
  samples: Samples,
  instructions: Readonly<Partial<Record<VariantName, number>>>,
): readonly Finding[] {
  return variantNames.map((name) => {
    const own = samples.get(name) ?? [];
    const median = (read: (sample: Sample) => number) => readSpread(own.map(read)).median;
    const spans = own.flatMap((sample) => sample.spans ?? []);
    const ofSpans = (field: keyof (typeof spans)[number]) => readSpread(spans.map((row) => row[field]));
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
              received: ofSpans("received").median,
              perRequest: ofSpans("perRequest").median,
              share: ofSpans("share"),
            },
      instructionsPerRequest: instructions[name],
    };
  });
}

/** An aim, and what became of it. */
export interface JudgedAim {
  readonly what: string;
  /** What the figure must be at least. */
  readonly aim: number;
  readonly spread: Spread;
  /** The figure of the spread that is judged. */
  readonly judged: number;
  readonly kept: boolean;
}

/** Judges speed by the median of the rounds, and what was exported by the worst of them. */
export function judge(samples: Samples): readonly JudgedAim[] {
  const compare = (name: VariantName, than: VariantName, aim: number): JudgedAim => {
    const spread = readRatio(readRates(samples, name), readRates(samples, than));
    const what = `${variants[name].label}: requests/s to ${variants[than].label}`;
    return { what, aim, spread, judged: spread.median, kept: spread.median >= aim };
  };
  const toBase = variantNames.flatMap((name) => {
    const { aim }: Variant = variants[name];
    return aim === undefined ? [] : [compare(name, baseName, aim)];
  });
  const exported = variantNames.flatMap((name) => {
    const { label, aim, sampled }: Variant = variants[name];
    if (aim === undefined || sampled !== 1) return [];
    const spread = readSpread((samples.get(name) ?? []).flatMap(({ spans }) => spans?.share ?? []));
    const what = `${label}: share of the spans received, worst round`;
    return [{ what, aim: shareMin, spread, judged: spread.min, kept: spread.min >= shareMin }];
  });
  return [...toBase, ...duels.map(({ name, than, aim }) => compare(name, than, aim)), ...exported];
}
