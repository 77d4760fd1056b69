/** Milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * The sample below which, or at which, the share `q` of all samples lies (nearest rank: always a time that was measured).
 * @param sorted ascending, at least one
 */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** @throws RangeError without samples: no quantile of nothing is known. */
export function readQuantiles(samples: readonly number[]): Quantiles {
  if (samples.length === 0) throw new RangeError("no samples: quantiles need at least one");
  const sorted = samples.toSorted((a, b) => a - b);
  const [p50, p95, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 0.99)];
  return { count: samples.length, p50, p95, p99 };
}
