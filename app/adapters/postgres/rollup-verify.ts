import type { Database, Sql } from "./database.ts";
import { minuteWindowDays } from "./retention.ts";

/** One counter of a rollup, beside what the rows themselves say. */
export interface Comparison {
  /** Such as `job_totals.completed`, or `job_windows.accepted by minute`. */
  readonly counter: string;
  readonly kept: number;
  readonly recounted: number;
  /** The windows that differ, the oldest first and ten at most; for a total none are told apart. */
  readonly windows: readonly string[];
  readonly differing: number;
}

/** What happened, as rows of (moment, counter, amount): the long form of what the triggers add up. */
const jobEvents = `
  select created_at as moment, 'accepted' as counter, 1 as amount from jobs
  union all select finished_at, status, 1 from jobs where finished_at is not null
  union all select finished_at, 'processing_ms', job_processing_ms(started_at, finished_at) from jobs where status = 'completed'`;
const deliveryEvents = `
  select ended_at as moment, status as counter, 1 as amount from deliveries where ended_at is not null
  union all select at, case outcome when 'delivered' then 'attempts_ok' else 'attempts_failed' end, 1
  from delivery_attempts where outcome <> 'refused'`;

const totals = [
  { rollup: "job_totals", rows: "jobs" },
  { rollup: "delivery_totals", rows: "deliveries" },
] as const;
const windows = [
  { rollup: "job_windows", events: jobEvents },
  { rollup: "delivery_windows", events: deliveryEvents },
] as const;

/** The rows that are there, and those that retention has noted before it deleted them. */
function totalsQuery({ rollup, rows }: (typeof totals)[number]): string {
  return `
    with kept as (
      select key as counter, sum(value::bigint) as amount
      from ${rollup} t, jsonb_each_text(to_jsonb(t) - 'shard') group by key),
    found as (
      select status as counter, count(*) as amount from ${rows} group by status
      union all select 'total', count(*) from ${rows}
      union all select substr(counter, length('pruned_') + 1), amount from kept where counter like 'pruned\\_%'
      union all select 'total', amount from kept where counter like 'pruned\\_%'),
    recounted as (select counter, sum(amount) as amount from found group by counter)
    select '${rollup}.' || counter as counter, coalesce(k.amount, 0)::float8 as kept,
      coalesce(r.amount, 0)::float8 as recounted, '{}'::text[] as windows,
      (coalesce(k.amount, 0) <> coalesce(r.amount, 0))::int as differing
    from (select * from kept where counter not like 'pruned\\_%') k full join recounted r using (counter)
    where counter <> 'waiting' order by counter`;
}

/**
 * Only the windows since retention last pruned can be recounted: rows of earlier ones may be gone. Minutes are forgotten
 * themselves after a while; a day is left for a retention that is at work just now.
 */
function windowsQuery({ rollup, events }: (typeof windows)[number]): string {
  return `
    with kept as (
      select grain, bucket, key as counter, sum(value::bigint) as amount
      from ${rollup} w, jsonb_each_text(to_jsonb(w) - '{grain,bucket,shard}'::text[]) group by 1, 2, 3),
    minutes as (
      select date_trunc('minute', moment) as moment, counter, sum(amount) as amount from (${events}) e group by 1, 2),
    recounted as (
      select b.grain, b.bucket, counter, sum(amount) as amount from minutes, rollup_buckets(moment) b group by 1, 2, 3),
    compared as (
      select grain, bucket, counter, coalesce(k.amount, 0) as kept, coalesce(r.amount, 0) as recounted,
        coalesce(k.amount, 0) <> coalesce(r.amount, 0) as differs
      from kept k full join recounted r using (grain, bucket, counter), retention_state
      where bucket >= pruned_before and (grain = 'hour' or bucket >= now() - interval '${minuteWindowDays - 1} days'))
    select '${rollup}.' || counter || ' by ' || grain as counter,
      sum(kept)::float8 as kept, sum(recounted)::float8 as recounted,
      (coalesce(array_agg(to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') order by bucket)
        filter (where differs), '{}'))[:10] as windows,
      (count(*) filter (where differs))::int as differing
    from compared group by compared.counter, grain order by 1`;
}

/** Counts all rows anew and lays the numbers beside the rollups', in one snapshot, so that it is right on a live system. */
export function compareRollups(database: Pick<Database, "transaction">): Promise<readonly Comparison[]> {
  const doing = "recounting the rollups";
  return database.transaction(doing, async (sql: Sql) => {
    await sql.query(doing, "set transaction isolation level repeatable read, read only");
    // Compiling these plans takes seconds, even where the rows are few.
    await sql.query(doing, "set local jit = off");
    const compared: Comparison[] = [];
    for (const query of [...totals.map(totalsQuery), ...windows.map(windowsQuery)])
      compared.push(...(await sql.query<Comparison>(doing, query)));
    return compared;
  });
}

/** The counters that do not say what the rows say: none, as long as every change went through the triggers. */
export async function verifyRollups(database: Pick<Database, "transaction">): Promise<readonly Comparison[]> {
  return (await compareRollups(database)).filter(({ differing }) => differing > 0);
}
