import { renderValue } from "./verdict-table.ts";
import type { Verdict } from "./verdicts.ts";

type Change = "better" | "same" | "worse" | "now broken" | "still broken" | "not comparable";

export interface Comparison {
  readonly title: string;
  readonly unit: Verdict["unit"];
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly change: Change;
}

/** How much a number may differ and still count as the same. */
function readMargin(before: Verdict, measured: number, tolerance: number): number {
  // Shares and counts are mostly 0, of which each change is an infinite one: they go by what is allowed too.
  return tolerance * (before.unit === "ms" ? measured : Math.max(measured, before.limit));
}

function judge(before: Verdict, after: Verdict, tolerance: number): Change {
  if (before.measured === undefined || after.measured === undefined) return "not comparable";
  if (after.state === "broken" && before.state !== "broken") return "now broken";
  const rise = after.measured - before.measured;
  const worsening = after.comparator.startsWith("<") ? rise : -rise;
  const margin = readMargin(before, before.measured, tolerance);
  if (worsening > margin) return "worse";
  if (worsening < -margin) return "better";
  return after.state === "broken" ? "still broken" : "same";
}

/**
 * What became of each threshold from one run to the next. One that only the other run has cannot be compared.
 * @param tolerance the share by which a number may be worse, such as 0.1
 */
export function compare(
  before: readonly Verdict[],
  after: readonly Verdict[],
  { tolerance }: { readonly tolerance: number },
): readonly Comparison[] {
  // By what is measured: a limit that was changed in between still leaves two numbers to compare.
  const all = [...new Map([...before, ...after].map((verdict) => [verdict.measure, verdict])).values()];
  return all.map(({ measure, title, unit }) => {
    const [old, now] = [before, after].map((verdicts) => verdicts.find((verdict) => verdict.measure === measure));
    return {
      title,
      unit,
      before: old?.measured,
      after: now?.measured,
      change: old === undefined || now === undefined ? "not comparable" : judge(old, now, tolerance),
    };
  });
}

/** Whether a number went the wrong way, or got lost. */
export function isRegression({ before, after, change }: Comparison): boolean {
  return change === "worse" || change === "now broken" || (before !== undefined && after === undefined);
}

/**
 * What a run has broken beside k6's thresholds and the one before has not. The sentences hold figures, which differ from
 * run to run: they are compared without them.
 */
export function listNewFailures(before: readonly string[], after: readonly string[]): readonly string[] {
  const withoutFigures = (sentence: string) => sentence.replace(/\d+(\.\d+)?/g, "0");
  const known = new Set(before.map(withoutFigures));
  return after.filter((sentence) => !known.has(withoutFigures(sentence)));
}

function renderRatio({ before, after }: Comparison): string {
  return before === undefined || after === undefined || before === 0 ? "" : `×${(after / before).toFixed(2)}`;
}

/** A line for each threshold: `GET /api/ping p95  2.1 ms → 12.31 ms  ×5.86  now broken`. */
export function renderComparisons(comparisons: readonly Comparison[]): readonly string[] {
  const value = (measured: number | undefined, unit: Verdict["unit"]) =>
    measured === undefined ? "—" : renderValue(measured, unit);
  const rows = comparisons.map((row) => [
    row.title,
    `${value(row.before, row.unit)} → ${value(row.after, row.unit)}`,
    renderRatio(row),
    row.change,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
