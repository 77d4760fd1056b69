import { describe, expect, test } from "@jest/globals";
import { type TestDatabase, useDatabases } from "../../../infra/e2e/databases.ts";
import { thresholds } from "../../catalogue/thresholds.ts";
import { readFacts } from "./statistics.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const windowsMs = { lastHour: hourMs, last24Hours: 24 * hourMs, last7Days: 168 * hourMs };

const read = async ({ database }: TestDatabase) => (await readFacts(database)).statistics;

async function insertJobs({ sql }: TestDatabase, createdAt: readonly Date[]): Promise<void> {
  await sql(
    `insert into jobs (id, type, status, input, created_at, finished_at)
     select gen_random_uuid(), 'image', 'failed', '{}', at, at from unnest($1::timestamptz[]) at`,
    [createdAt],
  );
}

/** A job that ended just now, after so many milliseconds of work. */
async function insertEnded({ sql }: TestDatabase, status: "completed" | "failed", ms = 0, ago = "0"): Promise<void> {
  await sql(
    `insert into jobs (id, type, status, input, started_at, finished_at)
     select gen_random_uuid(), 'image', $1, '{}', at - make_interval(secs => $2 / 1000.0), at
     from (select date_trunc('milliseconds', now()) - $3::interval as at) moment`,
    [status, ms, ago],
  );
}

describe("the statistics", () => {
  test("of an empty database are zeros, and null where there is nothing to divide", async () => {
    const opened = await databases.create();
    expect(await readFacts(opened.database)).toEqual({
      statistics: {
        total: 0,
        byStatus: { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 },
        accepted: { lastHour: 0, last24Hours: 0, last7Days: 0 },
        averageProcessingTimeMs: null,
        jobSuccessRatio: null,
        webhooksTotal: 0,
        webhookSuccessRatio: null,
        oldestWaitSeconds: 0,
        queueHealth: "healthy",
        readAt: expect.any(Date),
      },
    });
  });

  test("follow every change of a job's status at once", async () => {
    const opened = await databases.create();
    const { store, add } = createTestJobs(opened.database);
    const none = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
    const expectCounts = async (total: number, counts: Partial<typeof none>) =>
      expect(await read(opened)).toMatchObject({ total, byStatus: { ...none, ...counts } });

    const [first, second, third] = [await add(), await add(), await add()];
    await expectCounts(3, { pending: 3 });
    await store.begin(first);
    await expectCounts(3, { pending: 2, processing: 1 });
    await store.begin(first);
    await expectCounts(3, { pending: 2, processing: 1 });
    await store.retry(first, 2);
    await expectCounts(3, { pending: 3 });
    await store.begin(first);
    await store.end(first, 3, { status: "completed", images: [] }, {});
    await expectCounts(3, { pending: 2, completed: 1 });
    await store.begin(second);
    await store.end(second, 1, { status: "failed", error: { code: "no", message: "no" } }, {});
    await expectCounts(3, { pending: 1, completed: 1, failed: 1 });
    await store.cancel(third);
    await store.cancel(third);
    await expectCounts(3, { completed: 1, failed: 1, cancelled: 1 });
    expect((await read(opened)).accepted).toEqual({ lastHour: 3, last24Hours: 3, last7Days: 3 });
  });

  test("count nothing of a transaction that was rolled back", async () => {
    const opened = await databases.create();
    const undone = opened.database.transaction("trying", async (sql) => {
      await sql.query("trying", "insert into jobs (id, type, input) values (gen_random_uuid(), 'image', '{}')");
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    expect(await read(opened)).toMatchObject({ total: 0, byStatus: { pending: 0 }, accepted: { lastHour: 0 } });
  });

  test("add up what different connections have written to different shards", async () => {
    const opened = await databases.create();
    const { add } = createTestJobs(opened.database);
    await Promise.all(Array.from({ length: 50 }, () => add()));
    const [shards] = await opened.sql<{ count: number }>("select count(*)::int as count from job_totals");
    expect(shards?.count).toBeGreaterThan(1);
    expect(await read(opened)).toMatchObject({ total: 50, byStatus: { pending: 50 }, accepted: { lastHour: 50 } });
  });
});

describe("the timeline", () => {
  // Hours of these zones do not begin with those of UTC, as the rollups' do.
  test.each(["UTC", "Asia/Kolkata", "Asia/Kathmandu"])(
    "counts to the minute, with the server's time zone %s",
    async (zone) => {
      const opened = await databases.create({ TimeZone: zone });
      const now = Date.now();
      const around = Object.values(windowsMs).flatMap((window) =>
        [-hourMs, -minuteMs, -1, 0, 1, minuteMs, hourMs].map((offset) => now - window + offset),
      );
      const everySevenMinutes = Array.from({ length: 1_700 }, (_, n) => now - n * 7 * minuteMs);
      const moments = [...around, ...everySevenMinutes];
      await insertJobs(
        opened,
        moments.map((ms) => new Date(ms)),
      );
      const { accepted, readAt, total } = await read(opened);
      const since = (window: number) => Math.floor((readAt.getTime() - window) / minuteMs) * minuteMs;
      const count = (window: number) => moments.filter((moment) => moment >= since(window)).length;
      expect(accepted).toEqual({
        lastHour: count(windowsMs.lastHour),
        last24Hours: count(windowsMs.last24Hours),
        last7Days: count(windowsMs.last7Days),
      });
      expect(total).toBe(moments.length);
    },
  );
});

describe("averages and rates", () => {
  test("are those of what ended in the last hour", async () => {
    const opened = await databases.create();
    await insertEnded(opened, "completed", 1_500);
    await insertEnded(opened, "completed", 2_500, "59 minutes");
    await insertEnded(opened, "completed", 900_000, "62 minutes");
    await insertEnded(opened, "failed", 900_000);
    await insertEnded(opened, "failed", 0, "62 minutes");
    const { averageProcessingTimeMs, jobSuccessRatio } = await read(opened);
    expect(averageProcessingTimeMs).toBe(2_000);
    expect(jobSuccessRatio).toBeCloseTo(2 / 3);
  });

  test("count the time from the last begin to the end", async () => {
    const opened = await databases.create();
    const { store, add } = createTestJobs(opened.database);
    const id = await add();
    await store.begin(id);
    await opened.sql("update jobs set started_at = clock_timestamp() - interval '90 seconds'");
    await store.end(id, 1, { status: "completed", images: [] }, {});
    const { averageProcessingTimeMs } = await read(opened);
    expect(averageProcessingTimeMs).toBeGreaterThanOrEqual(90_000);
    expect(averageProcessingTimeMs).toBeLessThan(120_000);
  });

  test("of webhooks are of the deliveries that ended", async () => {
    const opened = await databases.create();
    const { add, complete } = createTestJobs(opened.database);
    for (let i = 0; i < 4; i += 1) await complete(await add({ webhookUrl: "https://example.com/hook" }));
    await opened.sql(`update deliveries d set status = case n when 1 then 'failed' else 'delivered' end, ended_at = now()
      from (select id, row_number() over (order by id) as n from deliveries) numbered where d.id = numbered.id and n <= 3`);
    const { webhooksTotal, webhookSuccessRatio } = await read(opened);
    expect(webhooksTotal).toBe(4);
    expect(webhookSuccessRatio).toBeCloseTo(2 / 3);
  });
});

describe("the queue's health", () => {
  const objective = 300;

  test.each([
    { pending: thresholds.queueSizeHigh.above, waited: 0, health: "healthy" },
    { pending: thresholds.queueSizeHigh.above + 1, waited: 0, health: "high" },
    { pending: 1, waited: objective - 60, health: "healthy" },
    { pending: 1, waited: objective + 1, health: "high" },
  ])("is $health with $pending pending, the oldest for $waited s", async ({ pending, waited, health }) => {
    const opened = await databases.create();
    await opened.sql(
      `insert into jobs (id, type, input, queued_at)
       select gen_random_uuid(), 'image', '{}', clock_timestamp() - make_interval(secs => $2) from generate_series(1, $1)`,
      [pending, waited],
    );
    const { queueHealth, oldestWaitSeconds } = await read(opened);
    expect(queueHealth).toBe(health);
    expect(oldestWaitSeconds).toBeGreaterThanOrEqual(waited);
    expect(oldestWaitSeconds).toBeLessThan(waited + 60);
  });

  test("does not look at how long jobs in hand have waited", async () => {
    const opened = await databases.create();
    const { store, add } = createTestJobs(opened.database);
    await store.begin(await add());
    await opened.sql("update jobs set queued_at = queued_at - interval '1 day'");
    expect(await read(opened)).toMatchObject({ queueHealth: "healthy", oldestWaitSeconds: 0 });
  });
});

describe("the query", () => {
  interface Node {
    readonly "Node Type": string;
    readonly "Relation Name"?: string;
    readonly "Actual Rows": number;
    readonly Plans?: readonly Node[];
  }
  const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

  test("finds its windows by index, with eight days of minutes in all shards", async () => {
    const { database, sql } = await databases.create();
    for (const table of ["job_windows", "delivery_windows"]) {
      await sql(`insert into ${table} (grain, bucket, shard)
        select 'minute', date_trunc('minute', now()) - make_interval(mins => m), s from generate_series(0, 11519) m, generate_series(0, 15) s
        union all select 'hour', date_trunc('hour', now()) - make_interval(hours => h), s from generate_series(0, 191) h, generate_series(0, 15) s`);
      await sql(`analyze ${table}`);
    }
    let plans: readonly { readonly "QUERY PLAN": readonly { readonly Plan: Node }[] }[] = [];
    await readFacts({
      async query(doing, text, values) {
        plans = await sql(`explain (analyze, format json) ${text}`, values);
        return database.query(doing, text, values);
      },
    });
    const windows = plans
      .flatMap((row) => row["QUERY PLAN"])
      .flatMap(({ Plan }) => nodesOf(Plan))
      .filter((node) => node["Relation Name"]?.endsWith("_windows"));
    expect(windows.length).toBeGreaterThan(0);
    expect(new Set(windows.map((node) => node["Node Type"]))).not.toContain("Seq Scan");
    // A week of hours in 16 shards is the most that any part of it reads.
    expect(Math.max(...windows.map((node) => node["Actual Rows"]))).toBeLessThanOrEqual(168 * 16);
  });
});
