import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { burnRates, type SloName, slos } from "../app/catalogue/slos.ts";
import { silenceSeconds } from "./rule-test-aftermath.ts";
import { addUp } from "./rule-test-course.ts";
import { badEvents, eventsPerStep } from "./rule-test-events.ts";
import { burnWindows } from "./slo-recordings.ts";

export type BurnRate = (typeof burnRates)[number];

/**
 * The time from a sample to the next: the longest with two samples in the short window, with which no sample lies at the
 * edge of a window; Prometheus 2 counts that one and Prometheus 3 does not.
 */
export function burnStepSeconds({ forSeconds, shortSeconds }: BurnRate): number {
  let step = Math.min(forSeconds, shortSeconds / 2) - 1;
  while (burnWindows.some((window) => window % step === 0)) step -= 1;
  return step;
}

export interface BurnHistory {
  readonly slo: SloName;
  /** How fast the budget burns, step by step. */
  readonly burn: readonly number[];
  readonly stepSeconds: number;
  /** The steps during which a cause fired. */
  readonly causeFired?: { readonly from: number; readonly to: number };
}

/** The burn rate that Prometheus computes at each step, over a window. */
function overWindow({ slo, burn, stepSeconds }: BurnHistory, windowSeconds: number): readonly number[] {
  const bad = addUp(badEvents(slo, burn));
  return bad.map((sum, step) => {
    const first = Math.max(0, Math.ceil(step - windowSeconds / stepSeconds));
    return (sum - (bad[first] ?? 0)) / ((step - first) * eventsPerStep) / slos[slo].errorBudget;
  });
}

/** @throws RangeError for a tie, which rounding would decide in Prometheus. */
function isTooFast(value: number, factor: number): boolean {
  if (Math.abs(value / factor - 1) < 1e-6)
    throw new RangeError(`a burn rate of ${value} is neither below nor above ${factor}`);
  return value > factor;
}

/** What the alert of one burn rate tells at each step; `undefined` while it does not fire. */
function tellBurn(history: BurnHistory, { factor, longSeconds, shortSeconds, forSeconds }: BurnRate) {
  const { stepSeconds, causeFired } = history;
  const [long, short] = [overWindow(history, longSeconds), overWindow(history, shortSeconds)];
  let since: number | undefined;
  return long.map((value, step) => {
    const explained =
      causeFired !== undefined &&
      step >= causeFired.from &&
      (step - causeFired.to) * stepSeconds <= silenceSeconds(Math.min(shortSeconds, rateWindowSeconds));
    const burns = isTooFast(value, factor) && isTooFast(short[step] ?? 0, factor) && !explained;
    since = burns ? (since ?? step) : undefined;
    return since !== undefined && (step - since) * stepSeconds >= forSeconds ? value : undefined;
  });
}

/** What fires of an SLO at each step: its burn rates, each with the value that its alert tells. */
export function modelBurn(history: BurnHistory): readonly (readonly { rate: BurnRate; value: number }[])[] {
  const rows = burnRates.map((rate) => ({ rate, told: tellBurn(history, rate) }));
  return history.burn.map((_, step) =>
    rows.flatMap(({ rate, told }) => {
      const value = told[step];
      return value === undefined ? [] : [{ rate, value }];
    }),
  );
}
