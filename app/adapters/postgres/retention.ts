import { limits } from "../../catalogue/limits.ts";
import type { Database } from "./database.ts";
import { DatabaseUnavailable } from "./errors.ts";

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
  { table: "samples", moment: "minute", age: `${minuteWindowDays} days` },
] as const;

export interface Retention {
  /**
   * Prunes what is over its time, in batches. Returns how many jobs went. Where one table cannot be pruned the others
   * are, and it rejects with an AggregateError at the end, so that it is tried again.
   */
  prune(): Promise<number>;
  /** Returns how many sessions went. */
  cleanSessions(): Promise<number>;
}

/** Forgets old jobs (with their pictures and deliveries), keys, sources and minutes. The totals still count them. */
export function createRetention(database: Database): Retention {
  /**
   * Runs a `delete` that ends in `limit $2 …`, again and again: the whole of it could take longer than a query may. A
   * batch that is not done in time is halved, down to `least`: the same one would never be done.
   */
  async function deleteAll(doing: string, text: string, bound: unknown, most: number, least: number): Promise<number> {
    for (let deleted = 0, batch = most; ; ) {
      try {
        const rows = await database.query(doing, text, [bound, batch]);
        deleted += rows.length;
        if (rows.length < batch) return deleted;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable) || batch === least) throw error;
        batch = Math.max(least, Math.floor(batch / 2));
      }
    }
  }

  /** The time is `statement_timestamp()`: with `clock_timestamp()` in a condition Postgres searches no index. */
  function deleteOlder(table: string, moment: string, age: string): Promise<number> {
    const old = `select ctid from ${table} where ${moment} < statement_timestamp() - $1::interval limit $2`;
    const text = `delete from ${table} where ctid = any(array(${old})) returning 1`;
    return deleteAll(`pruning ${table}`, text, age, limits.retentionBatch, limits.retentionBatch);
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
      limits.retentionJobBatch,
      1,
    );
  }

  return {
    async prune() {
      const failures: unknown[] = [];
      const noted = (error: unknown): number => {
        failures.push(error);
        return 0;
      };
      const pruned = await pruneJobs().catch(noted);
      for (const { table, moment, age } of aged) await deleteOlder(table, moment, age).catch(noted);
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
      return pruned;
    },
    cleanSessions: () => deleteOlder("sessions", "expires_at", "0"),
  };
}
