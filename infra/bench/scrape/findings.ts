import { readRatio, readSpread, type Spread } from "../rounds.ts";
import type { Sample } from "./turn.ts";
import type { Variant } from "./variants.ts";

/** What became of one variant at one size. */
export interface Finding {
  readonly variant: Variant;
  readonly ms: Spread;
  /** To the faster of the others, round by round; none for them. */
  readonly ratio: Spread | undefined;
  readonly cpuMs: Spread;
  readonly bytes: number;
}

/** The samples of each variant in the order of the rounds. */
export type Samples = ReadonlyMap<Variant, readonly Sample[]>;

function readFastest(samples: Samples): readonly number[] {
  const others = [...samples].filter(([{ ours }]) => !ours).map(([, ofOne]) => ofOne);
  const rounds = others[0] ?? [];
  return rounds.map((_, round) => Math.min(...others.map((ofOne) => ofOne[round]?.ms ?? Number.POSITIVE_INFINITY)));
}

export function readFindings(samples: Samples): readonly Finding[] {
  const fastest = readFastest(samples);
  return Array.from(samples, ([variant, ofOne]) => {
    const times = ofOne.map(({ ms }) => ms);
    return {
      variant,
      ms: readSpread(times),
      ratio: variant.ours ? readRatio(times, fastest) : undefined,
      cpuMs: readSpread(ofOne.map(({ cpuMs }) => cpuMs)),
      bytes: Math.max(...ofOne.map(({ bytes }) => bytes)),
    };
  });
}
