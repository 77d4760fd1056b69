/** At each step whether a signal is just beyond its threshold, or just not. */
export type Course = readonly boolean[];

/** A counter that rises by so much at each step. Close to 0 Prometheus would guess when it began: so it starts high. */
export function addUp(increments: readonly number[], from = 1e9): readonly number[] {
  let sum = from;
  return increments.map((increment) => {
    sum += increment;
    return sum;
  });
}

/** So many times the same. */
export function repeat<T>(times: number, value: T): readonly T[] {
  return Array.from({ length: times }, () => value);
}
