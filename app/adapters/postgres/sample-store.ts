import { limits } from "../../catalogue/limits.ts";
import type { ChartName } from "../../web/chart-rows.ts";
import { chartRows, mapCharts, type StepRule } from "../../web/chart-rows.ts";
import { type HistoryGrid, listSteps } from "../../web/history-grid.ts";
import type { HistorySource, Sample } from "../../web/history-source.ts";
import type { Database } from "./database.ts";
import { readRollups } from "./sample-rollups.ts";

export interface SampleStore extends HistorySource {
  /** Keeps a sample of this minute, unless there is one. */
  record(sample: Sample): Promise<void>;
}

/** Where each chart's value stands. */
const columns = {
  dashboardStatus: "healthy",
  queueSize: "pending",
  successRate: "webhook_success_ratio",
  processingTime: "processing_seconds",
} as const satisfies Record<ChartName, string>;

const aggregates = { mean: "avg", highest: "max", lowest: "min" } as const satisfies Record<StepRule, string>;

const names = Object.keys(columns) as readonly ChartName[];
const values = names.map((chart) => `${aggregates[chartRows[chart].rule]}(${columns[chart]})::float8 as "${chart}"`);

type Row = { readonly step: number } & Readonly<Record<ChartName, number | null>>;

/** At most a row a minute is read, whatever the number of jobs. */
const query = `
  select floor(extract(epoch from minute - $1::timestamptz) / $3)::int as step, ${values.join(", ")}
  from samples where minute >= $1 and minute < $2 group by 1`;

/** The service's own record of itself. Before its first sample the rollups tell of what has ended. */
export function createSampleStore(database: Pick<Database, "query">): SampleStore {
  async function readSamples({ from, until, stepSeconds }: HistoryGrid) {
    const doing = "reading the samples";
    const rows = await database.query<Row>(doing, query, [from, until, stepSeconds]);
    return new Map(rows.map((row) => [row.step, row]));
  }

  /** How many steps were over before anything was recorded; all, when nothing ever was. */
  async function countBefore(grid: HistoryGrid): Promise<number> {
    const [row] = await database.query<{ first: Date | null }>(
      "looking for the first sample",
      "select min(minute) as first from samples",
    );
    const first = row?.first ?? grid.until;
    return listSteps(grid).filter((at) => at.getTime() + grid.stepSeconds * 1_000 <= first.getTime()).length;
  }

  return {
    async record(sample) {
      await database.query(
        "recording a sample",
        `insert into samples (minute, ${names.map((chart) => columns[chart]).join(", ")})
         values (date_trunc('minute', statement_timestamp(), 'UTC'), ${names.map((_, n) => `$${n + 1}`).join(", ")})
         on conflict do nothing`,
        names.map((chart) => sample[chart] ?? null),
      );
    },

    async read(grid) {
      const [samples, before] = [await readSamples(grid), await countBefore(grid)];
      const rollups = before === 0 ? undefined : await readRollups(database, grid, limits.windowSeconds);
      const read = (chart: ChartName, step: number) =>
        samples.get(step)?.[chart] ?? (step < before ? rollups?.[chart][step] : undefined) ?? undefined;
      return mapCharts((chart) => Array.from({ length: grid.steps }, (_, step) => read(chart, step)));
    },
  };
}
