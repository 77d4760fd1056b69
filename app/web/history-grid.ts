import { type HistoryRange, historyRanges } from "../catalogue/history.ts";

/** The steps of a range: each from a multiple of its length up to the next, the last one not over yet. */
export interface HistoryGrid {
  readonly range: HistoryRange;
  /** Where the first step begins. */
  readonly from: Date;
  readonly until: Date;
  readonly stepSeconds: number;
  readonly steps: number;
}

/** The steps up to a moment. */
export function createGrid(range: HistoryRange, until: Date): HistoryGrid {
  const { seconds, stepSeconds } = historyRanges[range];
  const stepMs = stepSeconds * 1_000;
  const steps = seconds / stepSeconds;
  const last = Math.floor(until.getTime() / stepMs) * stepMs;
  return { range, from: new Date(last - (steps - 1) * stepMs), until, stepSeconds, steps };
}

/** When each step begins, the oldest first. */
export function listSteps({ from, stepSeconds, steps }: HistoryGrid): readonly Date[] {
  return Array.from({ length: steps }, (_, n) => new Date(from.getTime() + n * stepSeconds * 1_000));
}
