import { limits } from "../../catalogue/limits.ts";
import type { Database } from "./database.ts";

/** Minutes are read back for a week, and recounted by `rollup:verify` a little longer; hours are kept. */
const minuteWindowDays = 8;
/** A worker that has not been seen for a day is not coming back. */
const workerDays = 1;

export interface Retention {
  /** Prunes what is over its time, in batches. Returns how many jobs went. */
  prune(): Promise<number>;
  cleanSessions(): Promise<number>;
}

/** Forgets old jobs (with their pictures and deliveries), keys, sources and minutes. The totals still count them. */
export function createRetention(database: Database): Retention {
  async function pruneJobs(): Promise<number> {
    const [state] = await database.query<{ pruned_before: Date }>(
      "beginning to prune",
      `update retention_state set pruned_before = date_trunc('minute', clock_timestamp()) - make_interval(days => $1)
       returning pruned_before`,
      [limits.jobRetentionDays],
    );
    let pruned = 0;
    for (;;) {
      const rows = await database.query(
        "pruning jobs",
        `delete from jobs where id in (
           select id from jobs j where finished_at < $1
             and not exists (select from deliveries d where d.job_id = j.id and d.status = 'waiting')
           order by finished_at limit $2) returning id`,
        [state?.pruned_before, limits.retentionBatch],
      );
      pruned += rows.length;
      if (rows.length < limits.retentionBatch) return pruned;
    }
  }

  return {
    async prune() {
      const pruned = await pruneJobs();
      const older = [
        ["idempotency_keys", "created_at < clock_timestamp() - make_interval(hours => $1)", limits.idempotencyHours],
        [
          "telemetry_sources",
          "reported_at < clock_timestamp() - make_interval(days => $1)",
          limits.sourceRetentionDays,
        ],
        [
          "job_windows",
          "grain = 'minute' and bucket < clock_timestamp() - make_interval(days => $1)",
          minuteWindowDays,
        ],
        [
          "delivery_windows",
          "grain = 'minute' and bucket < clock_timestamp() - make_interval(days => $1)",
          minuteWindowDays,
        ],
        ["workers", "seen_at < clock_timestamp() - make_interval(days => $1)", workerDays],
      ] as const;
      for (const [table, condition, age] of older) {
        await database.query(`pruning ${table}`, `delete from ${table} where ${condition}`, [age]);
      }
      return pruned;
    },
    async cleanSessions() {
      const rows = await database.query(
        "forgetting sessions",
        "delete from sessions where expires_at < clock_timestamp() returning id",
      );
      return rows.length;
    },
  };
}
