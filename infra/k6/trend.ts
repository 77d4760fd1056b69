import { readSpread } from "../bench/rounds.ts";

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** Every pair is compared: so many points are 80,000 pairs, whatever the night's samples are. */
const mostPoints = 400;

/**
 * The slope of a series by Theil and Sen: the median of the slopes between any two points. Almost a third of the points
 * may be outliers without moving it. 0 for fewer than two points.
 * @returns the rise per millisecond
 */
export function findSlope(points: readonly Point[]): number {
  const every = Math.ceil(points.length / mostPoints);
  const some = points.filter((_, index) => index % every === 0);
  const slopes = some.flatMap((one, index) =>
    some
      .slice(index + 1)
      .filter(({ atMs }) => atMs > one.atMs)
      .map((other) => (other.value - one.value) / (other.atMs - one.atMs)),
  );
  return slopes.length === 0 ? 0 : readSpread(slopes).median;
}
