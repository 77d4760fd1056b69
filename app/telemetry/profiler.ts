import type { Metrics } from "./instruments.ts";

/** As many marks, and as many measures, are kept; then the oldest goes. */
const capacity = 1_000;

/** As many names become series of the histogram; further ones are counted together. */
export const maxMeasures = 100;
const otherSeries = "(other)";

/** The measures of one name that took longer than the threshold. */
export interface Bottleneck {
  readonly name: string;
  /** How many they are. */
  readonly count: number;
  /** The slowest, in milliseconds. */
  readonly maxMs: number;
  /** Their mean, in milliseconds. */
  readonly meanMs: number;
}

/**
 * Measures the time between marks on the monotonic clock, in milliseconds. Its memory is bounded: 1,000 marks and 1,000
 * measures, the oldest dropped first.
 *
 * @example
 * profiler.mark("parse");
 * const ms = profiler.measure("parsing", "parse");
 */
export class PerformanceProfiler {
  readonly #marks = new Map<string, number>();
  readonly #measures: { readonly name: string; readonly ms: number }[] = [];
  readonly #series = new Set<string>();
  readonly #histogram: Metrics["profilerMeasureDuration"] | undefined;

  /** @param options.histogram also takes every measure; given when `ENABLE_PROFILING` is on. */
  constructor(options: { readonly histogram?: Metrics["profilerMeasureDuration"] } = {}) {
    this.#histogram = options.histogram;
  }

  /** Notes the time; the same name again replaces it. */
  mark(name: string): void {
    this.#marks.delete(name);
    this.#marks.set(name, performance.now());
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > capacity && oldest !== undefined) this.#marks.delete(oldest);
  }

  /**
   * The milliseconds from mark `start` to mark `end`, or until now.
   * @throws Error naming the mark that is missing.
   */
  measure(name: string, start: string, end?: string): number {
    const from = this.#timeOf(name, start);
    const ms = (end === undefined ? performance.now() : this.#timeOf(name, end)) - from;
    this.#measures.push({ name, ms });
    if (this.#measures.length > capacity) this.#measures.shift();
    this.#histogram?.record(ms, { measure: this.#seriesOf(name) });
    return ms;
  }

  /** Where measures took longer than `threshold` milliseconds, the slowest first. */
  getBottlenecks(threshold = 100): Bottleneck[] {
    const slow = this.#measures.filter(({ ms }) => ms > threshold);
    return [...Map.groupBy(slow, ({ name }) => name)]
      .map(([name, measures]) => ({
        name,
        count: measures.length,
        maxMs: Math.max(...measures.map(({ ms }) => ms)),
        meanMs: measures.reduce((sum, { ms }) => sum + ms, 0) / measures.length,
      }))
      .toSorted((a, b) => b.maxMs - a.maxMs);
  }

  #timeOf(measure: string, mark: string): number {
    const time = this.#marks.get(mark);
    if (time === undefined) {
      throw new Error(`cannot measure "${measure}": there is no mark "${mark}"; the last ${capacity} marks are kept`);
    }
    return time;
  }

  #seriesOf(name: string): string {
    if (this.#series.size < maxMeasures) this.#series.add(name);
    return this.#series.has(name) ? name : otherSeries;
  }
}
