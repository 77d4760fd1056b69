/** Values onto a length, both ways round; what is outside goes on as the line does. */
export function createScale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
): (value: number) => number {
  const span = high - low;
  return (value) => (span === 0 ? start : start + ((value - low) / span) * (end - start));
}

/** What people count in: 1, 2 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * Round numbers from 0 up to the first that is not below `high`, some `count` of them: the last is where an axis ends.
 * @param high above 0
 * @param leastStep 1 where there is no half of what is counted
 */
export function listTicks(high: number, count: number, leastStep = 0): readonly number[] {
  const step = Math.max(niceStep(high / count), leastStep);
  // A product such as 3 * 0.1 is not quite the number that is meant.
  const clean = (value: number) => Number(value.toPrecision(12));
  return Array.from({ length: Math.ceil(clean(high / step)) + 1 }, (_, n) => clean(n * step));
}
