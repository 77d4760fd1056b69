import { queueSizeBusy, thresholds } from "../app/catalogue/thresholds.ts";

type Named = readonly [name: string, value: number];

/** Limits of the pending jobs, each of which must lie below the next. */
const pendingJobs: readonly Named[] = [
  ["queueSizeBusy", queueSizeBusy],
  ["queueSizeHigh", thresholds.queueSizeHigh.above],
  ["queueOverflow", thresholds.queueOverflow.above],
];

/**
 * Of two limits that contradict each other, panels would show the worse state in the better colour, and the lesser alert
 * would fire later than the greater one.
 * @throws RangeError naming both.
 */
export function checkThresholdOrder(limits: readonly Named[] = pendingJobs): void {
  for (const [i, [name, value]] of limits.entries()) {
    const [next, nextValue] = limits[i + 1] ?? [name, Number.POSITIVE_INFINITY];
    if (value < nextValue) continue;
    throw new RangeError(`${name} (${value}) must lie below ${next} (${nextValue}): see app/catalogue/thresholds.ts`);
  }
}
