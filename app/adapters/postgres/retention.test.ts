import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createDatabase, type Database } from "./database.ts";
import { DatabaseUnavailable } from "./errors.ts";
import { createRetention } from "./retention.ts";
import { readFacts } from "./statistics.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

async function openRetention() {
  const opened = await databases.create();
  return { ...opened, retention: createRetention(opened.database), ...createTestJobs(opened.database) };
}

/** Ended so long ago, with a little to spare against the minute that retention is cut to. */
const old = `interval '${limits.jobRetentionDays} days 5 minutes'`;
const notYetOld = `(interval '${limits.jobRetentionDays} days' - interval '5 minutes')`;

const insertEnded = (count: number, age: string) =>
  `insert into jobs (id, type, status, input, created_at, finished_at)
   select gen_random_uuid(), 'image', 'completed', '{}', now() - ${age}, now() - ${age} from generate_series(1, ${count})`;

/** Notes the batches of jobs that were asked for; those of more than `most` are not done in time. */
function countBatches(database: Database, most: number) {
  const batches: number[] = [];
  const counting: Database = {
    ...database,
    async query(doing, text, values = []) {
      const batch = Number(values[1]);
      if (doing === "pruning jobs") {
        batches.push(batch);
        if (batch > most)
          throw new DatabaseUnavailable(doing, new Error("canceling statement due to statement timeout"));
      }
      return database.query(doing, text, values);
    },
  };
  return { counting, batches };
}

describe("retention", () => {
  test("forgets jobs that ended too long ago, and no others", async () => {
    const { retention, sql, store, add } = await openRetention();
    await sql(insertEnded(3, old));
    await sql(insertEnded(2, notYetOld));
    const open = [await add(), await add()];
    await store.begin(open[0] ?? "");
    await sql(`update jobs set created_at = now() - ${old} where finished_at is null`);
    expect(await retention.prune()).toBe(3);
    const statuses = await sql("select status, count(*)::int as count from jobs group by status order by status");
    expect(statuses).toEqual([
      { status: "completed", count: 2 },
      { status: "pending", count: 1 },
      { status: "processing", count: 1 },
    ]);
    expect(await retention.prune()).toBe(0);
  });

  test("works in batches, each a query of its own", async () => {
    const { sql, database } = await openRetention();
    await sql(insertEnded(2 * limits.retentionJobBatch + 1, old));
    const { counting, batches } = countBatches(database, limits.retentionJobBatch);
    expect(await createRetention(counting).prune()).toBe(2 * limits.retentionJobBatch + 1);
    expect(batches).toEqual(Array.from({ length: 3 }, () => limits.retentionJobBatch));
  });

  test("halves a batch of jobs that takes too long, down to a single one", async () => {
    const { sql, database } = await openRetention();
    await sql(insertEnded(2, old));
    const { counting, batches } = countBatches(database, 1);
    expect(await createRetention(counting).prune()).toBe(2);
    const [first = 0, second = 0] = batches;
    expect(second).toBe(Math.floor(first / 2));
    // The third query for a single one finds none.
    expect(batches.filter((batch) => batch === 1)).toHaveLength(3);
  });

  test("prunes jobs with pictures of a real size, though the disk is slow and not even one batch is done in time", async () => {
    const { sql, url } = await openRetention();
    const jobs = 120;
    await sql(insertEnded(jobs, old));
    await sql(`insert into job_images (job_id, n, content_type, sha256, bytes)
      select id, 1, 'image/png', '', convert_to(repeat('x', 1048576), 'utf8') from jobs`);
    await sql(`create function wait_for_disk() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.02); return old; end $$`);
    await sql("create trigger slow before delete on job_images for each row execute function wait_for_disk()");
    const deadlineMs = 500;
    expect(limits.retentionJobBatch * 20).toBeGreaterThan(deadlineMs);
    const database = createDatabase({ url, poolSize: 1, deadlineMs, available: () => true, onError: () => {} });
    expect(await createRetention(database).prune().finally(database.close)).toBe(jobs);
    expect(await sql("select from job_images")).toEqual([]);
  });

  test("prunes the other tables when the jobs cannot be, and rejects so that it is tried again", async () => {
    const { sql, database } = await openRetention();
    await sql(insertEnded(1, old));
    await sql("insert into workers (id, seen_at) values (gen_random_uuid(), now() - interval '2 days')");
    const pruning = createRetention(countBatches(database, 0).counting).prune();
    await expect(pruning).rejects.toThrow("the database did not answer while pruning jobs");
    expect(await sql("select from jobs")).toHaveLength(1);
    expect(await sql("select from workers")).toEqual([]);
  });

  test("keeps the totals, and notes what of them is gone", async () => {
    const { retention, sql, database } = await openRetention();
    await sql(insertEnded(5, old));
    await sql(insertEnded(1, "interval '1 minute'"));
    const before = (await readFacts(database)).statistics;
    await retention.prune();
    const after = (await readFacts(database)).statistics;
    expect(before.total).toBe(6);
    expect(after).toEqual({ ...before, readAt: after.readAt });
    expect(await sql("select sum(pruned_completed)::int as pruned from job_totals")).toEqual([{ pruned: 5 }]);
  });

  test("takes pictures and deliveries along with their job", async () => {
    const { retention, sql, add, complete } = await openRetention();
    await complete(await add({ webhookUrl: "https://example.com/hook" }));
    await sql(`update deliveries set status = 'delivered', ended_at = now() - ${old}`);
    await sql(
      "insert into delivery_attempts (delivery_id, n, outcome, duration_ms) select id, 1, 'delivered', 5 from deliveries",
    );
    await sql(`update jobs set finished_at = now() - ${old}`);
    expect(await retention.prune()).toBe(1);
    for (const table of ["job_images", "deliveries", "delivery_attempts"])
      expect(await sql(`select from ${table}`)).toEqual([]);
    const [totals] = await sql(
      "select sum(total)::int as total, sum(pruned_delivered)::int as pruned from delivery_totals",
    );
    expect(totals).toEqual({ total: 1, pruned: 1 });
  });

  test("keeps a job whose delivery is still waiting, however old", async () => {
    const { retention, sql, store, add, complete } = await openRetention();
    const id = await add({ webhookUrl: "https://example.com/hook" });
    await complete(id);
    await sql(`update jobs set finished_at = now() - ${old}`);
    await sql(insertEnded(2, old));
    expect(await retention.prune()).toBe(2);
    expect(await store.read(id)).toMatchObject({ status: "completed", webhook: { status: "waiting" } });
    await sql(`update deliveries set status = 'failed', ended_at = now() - ${old}`);
    expect(await retention.prune()).toBe(1);
  });

  test("forgets keys, sources, minutes and workers after their time, in batches too", async () => {
    const { retention, sql } = await openRetention();
    await sql(
      `insert into idempotency_keys (owner, key, fingerprint, job_id, created_at)
       select 'a', n::text, '', gen_random_uuid(), now() - case when n = 1 then $1::int else $2::int end * interval '1 hour'
       from generate_series(1, $3::int) n`,
      [limits.idempotencyHours - 1, limits.idempotencyHours + 1, limits.retentionBatch + 2],
    );
    await sql(
      `insert into telemetry_sources (source, metrics, reported_at)
       values ('fresh', '{}', now()), ('silent', '{}', now() - make_interval(days => $1, mins => 1))`,
      [limits.sourceRetentionDays],
    );
    const week = "(values (interval '7 days 1 hour'), (interval '8 days 1 hour')) ages (age)";
    for (const table of ["job_windows", "delivery_windows"])
      await sql(
        `insert into ${table} (grain, bucket, shard) select grain, now() - age, 0 from ${week}, unnest(array['minute', 'hour']) grain`,
      );
    await sql(
      "insert into workers (id, seen_at) select gen_random_uuid(), now() - age from (values (interval '1 hour'), (interval '2 days')) ages (age)",
    );
    await retention.prune();
    expect(await sql("select key from idempotency_keys")).toEqual([{ key: "1" }]);
    expect(await sql("select source from telemetry_sources")).toEqual([{ source: "fresh" }]);
    for (const table of ["job_windows", "delivery_windows"])
      expect(await sql(`select grain from ${table} order by grain, bucket`)).toEqual([
        { grain: "hour" },
        { grain: "hour" },
        { grain: "minute" },
      ]);
    expect(await sql("select from workers")).toHaveLength(1);
  });

  test("forgets expired sessions and says how many", async () => {
    const { retention, sql } = await openRetention();
    await sql(`insert into sessions (id, token_hash, expires_at)
      select gen_random_uuid(), '', now() + make_interval(secs => n) from generate_series(-3, 5) n where n <> 0`);
    await sql("update sessions set expires_at = now() + interval '1 hour' where expires_at > now()");
    expect(await retention.cleanSessions()).toBe(3);
    expect(await sql("select from sessions")).toHaveLength(5);
  });
});
