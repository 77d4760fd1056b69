import { soak } from "../../app/catalogue/soak.ts";
import type { ProcessSample } from "./soak-sample.ts";
import { findSlope, type Point } from "./trend.ts";

type GrowthName = keyof typeof soak.growth;

/** `unclear`: too little was seen to say either. */
export type Verdict = "flat" | "growing" | "unclear";

/** One figure of a process over the judged part of a run, in its own unit. */
export interface Growth {
  readonly first: number;
  readonly last: number;
  readonly perHour: number;
  readonly points: number;
  readonly verdict: Verdict;
}

const hourMs = 3_600_000;

/**
 * The least of each time between two full garbage collections: what V8 could not do without. It lets the heap climb for
 * as long as there is room, so that neither the heap nor the resident memory tells a leak from a pause; their floors do.
 * What came before the first collection has no floor.
 */
function listFloors(samples: readonly ProcessSample[], read: (sample: ProcessSample) => number): readonly Point[] {
  const floors = new Map<number, Point>();
  for (const sample of samples) {
    if (sample.fullCollections === samples[0]?.fullCollections) continue;
    const value = read(sample);
    const floor = floors.get(sample.fullCollections);
    if (floor === undefined || value < floor.value) floors.set(sample.fullCollections, { atMs: sample.atMs, value });
  }
  return [...floors.values()];
}

/** Collections free what lies beside the heap too: a buffer's memory goes with its object. Handles are as they are. */
const series: Readonly<Record<GrowthName, (samples: readonly ProcessSample[]) => readonly Point[]>> = {
  heap: (samples) => listFloors(samples, ({ heapUsedBytes }) => heapUsedBytes),
  outside: (samples) => listFloors(samples, ({ outsideBytes }) => outsideBytes),
  descriptors: (samples) =>
    samples.flatMap(({ atMs, descriptors }) => (descriptors === undefined ? [] : [{ atMs, value: descriptors }])),
  resources: (samples) => samples.map(({ atMs, resources }) => ({ atMs, value: resources })),
};

function judge(points: readonly Point[], { noise, perHour }: (typeof soak.growth)[GrowthName]): Growth {
  const [first, last] = [points[0], points[points.length - 1]];
  const slope = findSlope(points);
  const spanMs = (last?.atMs ?? 0) - (first?.atMs ?? 0);
  const growing = slope * spanMs > noise + perHour * (spanMs / hourMs);
  return {
    first: first?.value ?? Number.NaN,
    last: last?.value ?? Number.NaN,
    perHour: slope * hourMs,
    points: points.length,
    verdict: points.length < soak.leastPoints ? "unclear" : growing ? "growing" : "flat",
  };
}

/** The samples after the warm-up. */
export function listJudged(samples: readonly ProcessSample[]): readonly ProcessSample[] {
  const [first, last] = [samples[0]?.atMs ?? 0, samples[samples.length - 1]?.atMs ?? 0];
  return samples.filter(({ atMs }) => atMs >= first + soak.warmUpShare * (last - first));
}

/** Whether a process takes ever more of its machine, figure by figure. */
export function judgeGrowth(samples: readonly ProcessSample[]): Readonly<Record<GrowthName, Growth>> {
  const judged = listJudged(samples);
  const names = Object.keys(soak.growth) as readonly GrowthName[];
  const growths = names.map((name) => [name, judge(series[name](judged), soak.growth[name])] as const);
  return Object.fromEntries(growths) as Record<GrowthName, Growth>;
}
