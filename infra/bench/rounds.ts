/** What became of the rounds of one variant, in the unit of the samples. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** @throws RangeError without samples: no median of nothing is known. */
export function readSpread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const [below, above] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (min === undefined || max === undefined || below === undefined || above === undefined)
    throw new RangeError("no samples: a median needs at least one");
  return { median: (below + above) / 2, min, max };
}

/**
 * How a variant compares with another, round by round: what disturbs the machine for a while meets both turns of a
 * round, and leaves their ratio alone.
 */
export function readRatio(samples: readonly number[], base: readonly number[]): Spread {
  if (samples.length !== base.length)
    throw new RangeError(`${samples.length} rounds against ${base.length}: ratios are taken round by round`);
  return readSpread(samples.map((sample, round) => sample / (base[round] ?? Number.NaN)));
}

export interface RoundsOptions<Variant, Sample> {
  readonly variants: readonly Variant[];
  readonly rounds: number;
  /** One turn: everything that it starts has ended when it settles. */
  readonly measure: (variant: Variant) => Promise<Sample>;
  readonly signal: AbortSignal;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

/**
 * Gives every variant a turn in each round, one after the other. Each round begins with another variant, so that none
 * always has the machine as the same neighbour left it.
 * @returns the samples of each variant in the order of the rounds.
 */
export async function runRounds<Variant, Sample>(
  options: RoundsOptions<Variant, Sample>,
): Promise<ReadonlyMap<Variant, readonly Sample[]>> {
  const { variants, rounds, measure, signal, onProgress } = options;
  const samples = new Map(variants.map((variant): [Variant, Sample[]] => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % variants.length;
    const order = [...variants.slice(first), ...variants.slice(0, first)];
    for (const [turn, variant] of order.entries()) {
      signal.throwIfAborted();
      samples.get(variant)?.push(await measure(variant));
      onProgress("turns", round * variants.length + turn + 1, rounds * variants.length);
    }
  }
  return samples;
}
