import { mapCharts } from "../../web/chart-rows.ts";
import type { HistoryGrid } from "../../web/history-grid.ts";
import type { StepValues } from "../../web/history-source.ts";
import type { Database } from "./database.ts";

/** What ended within a step. */
interface StepCounts {
  readonly step: number;
  readonly completed: number;
  readonly processing_ms: number;
  readonly delivered: number;
  readonly undelivered: number;
}

/**
 * Minutes of a day and an hour at most, or hours of a week, of 16 shards each: their number does not depend on the jobs'.
 * Steps count from $1; those before it are below 0.
 */
const query = `
  select floor(extract(epoch from bucket - $1::timestamptz) / $4)::int as step,
    sum(completed)::float8 as completed, sum(processing_ms)::float8 as processing_ms,
    sum(delivered)::float8 as delivered, sum(undelivered)::float8 as undelivered
  from (
    select bucket, completed, processing_ms, 0 as delivered, 0 as undelivered from job_windows
    where grain = $5 and bucket >= $1::timestamptz - make_interval(secs => $3) and bucket < $2
    union all
    select bucket, 0, 0, delivered, failed from delivery_windows
    where grain = $5 and bucket >= $1::timestamptz - make_interval(secs => $3) and bucket < $2) ended
  group by 1`;

/**
 * The rates and times that the service told at the end of each step, as the rollups still know them: over the window
 * before. How many jobs were pending, and whether all was well, they do not know.
 * @param windowSeconds a multiple of the grid's step
 */
export async function readRollups(
  database: Pick<Database, "query">,
  grid: HistoryGrid,
  windowSeconds: number,
): Promise<StepValues> {
  const { from, until, stepSeconds, steps } = grid;
  const grain = stepSeconds % 3_600 === 0 ? "hour" : "minute";
  const rows = await database.query<StepCounts & Record<string, unknown>>("reading the rollups' past", query, [
    ...[from, until, windowSeconds, stepSeconds, grain],
  ]);
  const byStep = new Map(rows.map((row) => [row.step, row]));
  const stepsInWindow = windowSeconds / stepSeconds;

  function sum(counter: Exclude<keyof StepCounts, "step">, last: number): number {
    const within = Array.from({ length: stepsInWindow }, (_, n) => byStep.get(last - n)?.[counter] ?? 0);
    return within.reduce((total, count) => total + count, 0);
  }
  const quotient = (part: number, of: number) => (of === 0 ? undefined : part / of);
  const readers: { readonly [Chart in keyof StepValues]?: (step: number) => number | undefined } = {
    successRate: (step) => quotient(sum("delivered", step), sum("delivered", step) + sum("undelivered", step)),
    processingTime: (step) => quotient(sum("processing_ms", step) / 1_000, sum("completed", step)),
  };
  return mapCharts((chart) => Array.from({ length: steps }, (_, step) => readers[chart]?.(step)));
}
