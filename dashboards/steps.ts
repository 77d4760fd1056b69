import type { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import { jobTypes } from "../app/catalogue/job-types.ts";
import { jobTypeNames } from "../app/catalogue/names.ts";
import type { Severity } from "../app/catalogue/notifications.ts";

/** How much it matters, as a colour. */
export const severityColors = {
  critical: "red",
  warning: "orange",
  info: "blue",
  none: "green",
} as const satisfies Record<Severity, string>;

export const good = "green";
export const bad = "red";
/** Says neither: nothing is known. Grey, by a number that each of Grafana's views can read. */
export const neutral = "#808080";

/** A threshold of the catalogue: what lies beyond it is bad. */
type Limit = { readonly above: number } | { readonly below: number };

/** Bad from an upper limit on, or good from a lower one on. `factor` turns the metric's unit into the panel's. */
export function limitSteps(limit: Limit, factor = 1): readonly Threshold[] {
  return "above" in limit
    ? [
        { value: null, color: good },
        { value: limit.above * factor, color: bad },
      ]
    : [
        { value: null, color: bad },
        { value: limit.below * factor, color: good },
      ];
}

/** Good below the lowest of several limits, and from each of them on in its colour. */
export function risingSteps(
  limits: readonly { readonly from: number; readonly color: string }[],
): readonly Threshold[] {
  const steps = limits.map(({ from, color }) => ({ value: from, color })).toSorted((a, b) => a.value - b.value);
  return [{ value: null, color: good }, ...steps];
}

/** For a count of which any is too many: Grafana's steps begin at their value, so that 0 itself stays good. */
export const anyIsBad = risingSteps([{ from: 1, color: bad }]);

/** One step for each job type's objective. */
export function objectiveSteps(of: (type: (typeof jobTypes)[keyof typeof jobTypes]) => number): readonly Threshold[] {
  return risingSteps(jobTypeNames.map((type) => ({ from: of(jobTypes[type]), color: bad })));
}
