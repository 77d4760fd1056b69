import { limits } from "../../catalogue/limits.ts";
import type { Database } from "./database.ts";

/** Minutes are read back for a week, and recounted by `rollup:verify` a little longer; hours are kept. */
export const minuteWindowDays = 8;
/** A worker that has not been seen for a day is not coming back. */
const workerDays = 1;

/** Tables beside the jobs: the moment that a row's age is counted from, and the age it may reach. */
const aged = [
  { table: "idempotency_keys", moment: "created_at", age: `${limits.idempotencyHours} hours` },
  { table: "telemetry_sources", moment: "reported_at", age: `${limits.sourceRetentionDays} days` },
  { table: "job_windows", moment: "grain = 'minute' and bucket", age: `${minuteWindowDays} days` },
  { table: "delivery_windows", moment: "grain = 'minute' and bucket", age: `${minuteWindowDays} days` },
  { table: "workers", moment: "seen_at", age: `${workerDays} days` },
] as const;

export interface Retention {
  /** Prunes what is over its time, in batches. Returns how many jobs went. */
  prune(): Promise<number>;
  /** Returns how many sessions went. */
  cleanSessions(): Promise<number>;
}

/** Forgets old jobs (with their pictures and deliveries), keys, sources and minutes. The totals still count them. */
export function createRetention(database: Database): Retention {
  /** Runs a `delete` that ends in `limit $2 …`, again and again: the whole of it could take longer than a query may. */
  async function deleteAll(doing: string, text: string, bound: unknown): Promise<number> {
    for (let deleted = 0; ; ) {
      const rows = await database.query(doing, text, [bound, limits.retentionBatch]);
      deleted += rows.length;
      if (rows.length < limits.retentionBatch) return deleted;
    }
  }

  /** The time is `statement_timestamp()`: with `clock_timestamp()` in a condition Postgres searches no index. */
  function deleteOlder(table: string, moment: string, age: string): Promise<number> {
    const old = `select ctid from ${table} where ${moment} < statement_timestamp() - $1::interval limit $2`;
    return deleteAll(`pruning ${table}`, `delete from ${table} where ctid = any(array(${old})) returning 1`, age);
  }

  /** A job goes when its delivery is as old: so no window since `pruned_before` has lost a row, and all can be recounted. */
  async function pruneJobs(): Promise<number> {
    const [state] = await database.query<{ pruned_before: Date }>(
      "beginning to prune",
      `update retention_state set pruned_before =
         greatest(pruned_before, date_trunc('minute', clock_timestamp()) - make_interval(days => $1))
       returning pruned_before`,
      [limits.jobRetentionDays],
    );
    return deleteAll(
      "pruning jobs",
      `delete from jobs where id in (
         select id from jobs j where finished_at < $1
           and not exists (select from deliveries d where d.job_id = j.id and (d.status = 'waiting' or d.ended_at >= $1))
         order by finished_at limit $2) returning 1`,
      state?.pruned_before,
    );
  }

  return {
    async prune() {
      const pruned = await pruneJobs();
      for (const { table, moment, age } of aged) await deleteOlder(table, moment, age);
      return pruned;
    },
    cleanSessions: () => deleteOlder("sessions", "expires_at", "0"),
  };
}
