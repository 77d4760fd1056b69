import type { Statistics } from "../../api/ports.ts";
import { jobTypes } from "../../catalogue/job-types.ts";
import { limits } from "../../catalogue/limits.ts";
import { type JobStatus, jobTypeNames } from "../../catalogue/names.ts";
import { thresholds } from "../../catalogue/thresholds.ts";
import type { Facts } from "../../health/judge.ts";
import type { Sql } from "./database.ts";

interface Row extends Record<JobStatus, number> {
  readonly total: number;
  readonly last_hour: number;
  readonly last_day: number;
  readonly last_week: number;
  readonly window_completed: number;
  readonly window_failed: number;
  readonly window_processing_ms: number;
  readonly webhooks_total: number;
  readonly window_delivered: number;
  readonly window_undelivered: number;
  readonly failing_since: Date | null;
  readonly seen_at: Date | null;
  readonly progressed_at: Date | null;
  readonly waits: Readonly<Record<string, number | null>>;
  readonly read_at: Date;
}

/**
 * Jobs accepted since a moment, to the minute: the minutes of the first, partial hour, and whole hours after it. At most
 * 60 minutes and 168 hours of 16 shards are read, whatever the number of jobs. Hours are UTC's, as the rollups count them.
 */
function acceptedSince(interval: string): string {
  const since = `statement_timestamp() - interval '${interval}'`;
  const wholeHours = `date_trunc('hour', ${since}, 'UTC') + interval '1 hour'`;
  return `(
    select coalesce(sum(accepted), 0)::float8 from job_windows
    where grain = 'minute' and bucket >= date_trunc('minute', ${since}) and bucket < ${wholeHours}) + (
    select coalesce(sum(accepted), 0)::float8 from job_windows where grain = 'hour' and bucket >= ${wholeHours})`;
}

/**
 * Every number comes from a rollup, or from the first entry of an index. The time is `statement_timestamp()`: by
 * `clock_timestamp()`, which may change from row to row, Postgres searches no index and would read the whole rollup.
 * A streak of failures counts from the end of its first minute: it is at least so long, and never one moment's failures.
 */
const query = `
  with totals as (
    select coalesce(sum(total), 0)::float8 as total, coalesce(sum(pending), 0)::float8 as pending,
      coalesce(sum(processing), 0)::float8 as processing, coalesce(sum(completed), 0)::float8 as completed,
      coalesce(sum(failed), 0)::float8 as failed, coalesce(sum(cancelled), 0)::float8 as cancelled
    from job_totals),
  jobs_window as (
    select coalesce(sum(completed), 0)::float8 as window_completed, coalesce(sum(failed), 0)::float8 as window_failed,
      coalesce(sum(processing_ms), 0)::float8 as window_processing_ms
    from job_windows where grain = 'minute' and bucket >= date_trunc('minute', statement_timestamp() - make_interval(secs => $1))),
  deliveries_window as (
    select coalesce(sum(delivered), 0)::float8 as window_delivered, coalesce(sum(failed), 0)::float8 as window_undelivered
    from delivery_windows where grain = 'minute' and bucket >= date_trunc('minute', statement_timestamp() - make_interval(secs => $1))),
  attempts as (
    select bucket, sum(attempts_ok) > 0 as succeeded, sum(attempts_failed) > 0 as failed
    from delivery_windows where grain = 'minute' and bucket >= date_trunc('minute', statement_timestamp() - make_interval(secs => $1))
    group by bucket),
  streak as (
    select case when max(bucket) >= date_trunc('minute', statement_timestamp() - make_interval(secs => $2))
      then min(bucket) + interval '1 minute' end as failing_since
    from attempts where failed and bucket > coalesce((select max(bucket) from attempts where succeeded), '-infinity')),
  life as (select max(seen_at) as seen_at, max(progressed_at) as progressed_at from workers)
  select *,
    ${acceptedSince("1 hour")} as last_hour, ${acceptedSince("24 hours")} as last_day, ${acceptedSince("7 days")} as last_week,
    (select coalesce(sum(total), 0)::float8 from delivery_totals) as webhooks_total,
    (select jsonb_object_agg(t, (
        select extract(epoch from statement_timestamp() - min(queued_at))::float8 from jobs where status = 'pending' and type = t))
     from unnest($3::text[]) t) as waits,
    statement_timestamp() as read_at
  from totals, jobs_window, deliveries_window, streak, life`;

/** What `high` means: more pending than documented, or a job that has waited longer than its type's objective. */
function judgeQueue(row: Row): Statistics["queueHealth"] {
  const late = jobTypeNames.some((type) => (row.waits[type] ?? 0) > jobTypes[type].waitObjectiveSeconds);
  return late || row.pending > thresholds.queueSizeHigh.above ? "high" : "healthy";
}

function ratio(part: number, rest: number): number | null {
  return part + rest === 0 ? null : part / (part + rest);
}

/** Reads all counts, rates and times in one query over the rollups. */
export async function readFacts(sql: Sql): Promise<Facts> {
  const [row] = await sql.query<Row>("reading the statistics", query, [
    limits.windowSeconds,
    limits.webhookWindowSeconds,
    jobTypeNames,
  ]);
  if (row === undefined) throw new Error("the statistics query gave no row");
  const { total, pending, processing, completed, failed, cancelled } = row;
  return {
    statistics: {
      total,
      byStatus: { pending, processing, completed, failed, cancelled },
      accepted: { lastHour: row.last_hour, last24Hours: row.last_day, last7Days: row.last_week },
      averageProcessingTimeMs: row.window_completed === 0 ? null : row.window_processing_ms / row.window_completed,
      jobSuccessRatio: ratio(row.window_completed, row.window_failed),
      webhooksTotal: row.webhooks_total,
      webhookSuccessRatio: ratio(row.window_delivered, row.window_undelivered),
      oldestWaitSeconds: Math.max(0, ...Object.values(row.waits).map((seconds) => seconds ?? 0)),
      queueHealth: judgeQueue(row),
      readAt: row.read_at,
    },
    ...(row.failing_since !== null && { webhookFailingSince: row.failing_since }),
    ...(row.seen_at !== null && { workerSeenAt: row.seen_at }),
    ...(row.progressed_at !== null && { progressedAt: row.progressed_at }),
  };
}
