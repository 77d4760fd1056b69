import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createGrid, type HistoryGrid } from "../../web/history-grid.ts";
import type { StepValues } from "../../web/history-source.ts";
import { createRetention, minuteWindowDays } from "./retention.ts";
import { createSampleStore } from "./sample-store.ts";

const databases = useDatabases();
/** Ten minutes past a full hour, so that the last step of every range has begun. */
const until = new Date("2026-11-23T10:10:30.000Z");
const sample = { dashboardStatus: 1, queueSize: 3, successRate: 0.97, processingTime: 12.5 };

async function openStore() {
  const opened = await databases.create();
  return { ...opened, store: createSampleStore(opened.database) };
}

/** What is known, as `[steps before the last, value]`. */
function known(values: StepValues[keyof StepValues]) {
  return values.flatMap((value, step) => (value === undefined ? [] : [[step - values.length + 1, value]]));
}

const insertSample = `insert into samples (minute, healthy, pending, webhook_success_ratio, processing_seconds)
  values ($1, $2, $3, $4, $5)`;

describe("the recorded samples", () => {
  test("are one a minute, the first that any replica offers", async () => {
    const { store, database, sql } = await openStore();
    const replica = createSampleStore(database);
    for (let tries = 0; ; tries += 1) {
      const before = await sql("select date_trunc('minute', now()) as minute");
      await sql("delete from samples");
      await store.record(sample);
      await Promise.all([replica.record({ ...sample, queueSize: 99 }), store.record({ queueSize: 100 })]);
      const after = await sql("select date_trunc('minute', now()) as minute");
      // Once in a while a minute begins meanwhile.
      if (before[0]?.minute.getTime() !== after[0]?.minute.getTime() && tries < 3) continue;
      expect(await sql("select * from samples")).toEqual([
        {
          ...{ minute: before[0]?.minute, healthy: 1, pending: "3" },
          ...{ webhook_success_ratio: 0.97, processing_seconds: 12.5 },
        },
      ]);
      break;
    }
  });

  test("keep what is not known as null, and read it back as not known", async () => {
    const { store, sql } = await openStore();
    await store.record({ dashboardStatus: 0 });
    expect(await sql("select healthy, pending, webhook_success_ratio, processing_seconds from samples")).toEqual([
      { healthy: 0, pending: null, webhook_success_ratio: null, processing_seconds: null },
    ]);
    const read = await store.read(createGrid("1h", new Date()));
    expect(known(read.dashboardStatus)).toEqual([[expect.any(Number), 0]]);
    expect(known(read.queueSize)).toEqual([]);
  });

  test("are told as the mean of the status, and as the worse end of the rest, of each step", async () => {
    const { store, sql } = await openStore();
    // The first of the step, its last, and the first of the next one.
    await sql(insertSample, ["2026-11-23T09:50:00Z", 1, 7, 0.5, 10]);
    await sql(insertSample, ["2026-11-23T09:59:00Z", 0, 4, null, 30]);
    await sql(insertSample, ["2026-11-23T10:00:00Z", 1, 0, 1, null]);
    const read = await store.read(createGrid("24h", until));
    expect(known(read.dashboardStatus)).toEqual([
      [-2, 0.5],
      [-1, 1],
    ]);
    expect(known(read.queueSize)).toEqual([
      [-2, 7],
      [-1, 0],
    ]);
    expect(known(read.successRate)).toEqual([
      [-2, 0.5],
      [-1, 1],
    ]);
    expect(known(read.processingTime)).toEqual([[-2, 30]]);
  });

  test.each(["1h", "24h", "7d"] as const)(
    "of %s are as many as it has steps, and none from before it",
    async (range) => {
      const { store, sql } = await openStore();
      const grid = createGrid(range, until);
      const moments = [
        grid.from.getTime() - 60_000,
        grid.from.getTime(),
        until.getTime() - 30_000,
        until.getTime() + 30_000,
      ];
      for (const [n, at] of moments.entries()) await sql(insertSample, [new Date(at), 1, n, 1, 1]);
      const { queueSize } = await store.read(grid);
      expect(queueSize).toHaveLength(grid.steps);
      expect(known(queueSize)).toEqual([
        [1 - grid.steps, 1],
        [0, 2],
      ]);
    },
  );

  test("of a database in another time zone are the same", async () => {
    const { database, sql } = await databases.create({ TimeZone: "Asia/Kathmandu" });
    await sql(insertSample, ["2026-11-23T09:59:00Z", 1, 7, 1, 1]);
    const read = await createSampleStore(database).read(createGrid("7d", until));
    expect(known(read.queueSize)).toEqual([[-1, 7]]);
  });

  test("are forgotten when no range reaches back to them", async () => {
    const { database, sql } = await openStore();
    await sql(
      "insert into samples (minute, pending) select now() - make_interval(days => d, mins => 1), d from unnest($1::int[]) d",
      [[7, minuteWindowDays]],
    );
    await createRetention(database).prune();
    expect(await sql("select pending::int from samples")).toEqual([{ pending: 7 }]);
  });

  test("are read by their key alone, however many there are", async () => {
    const { sql, database } = await openStore();
    await sql(`insert into samples (minute, healthy, pending)
      select date_trunc('minute', now()) - n * interval '1 minute', 1, n from generate_series(0, 11000) n`);
    await sql("analyze samples");
    const asked: string[] = [];
    const query: typeof database.query = (doing, text, values) => {
      asked.push(text);
      return database.query(doing, text, values);
    };
    const grid = createGrid("1h", new Date());
    await createSampleStore({ query }).read(grid);
    // The rollups are not asked: there are samples from before the range.
    expect(asked).toHaveLength(2);
    const [plan] = await sql(`explain (format json) ${asked[0]}`, [grid.from, grid.until, grid.stepSeconds]);
    expect(JSON.stringify(plan)).toMatch(/Index (Only )?Scan/);
  });
});

describe("before the first sample", () => {
  const insertJobs = `insert into job_windows (grain, bucket, shard, completed, processing_ms)
    select b.grain, b.bucket, $4, $2, $3 from rollup_buckets($1) b`;
  const insertDeliveries = `insert into delivery_windows (grain, bucket, shard, delivered, failed)
    select b.grain, b.bucket, $4, $2, $3 from rollup_buckets($1) b`;
  const stepsInWindow = ({ stepSeconds }: HistoryGrid) => limits.windowSeconds / stepSeconds;

  test.each(["24h", "7d"] as const)("the rollups tell for %s what ended within the window before", async (range) => {
    const { store, sql } = await openStore();
    await sql(insertJobs, ["2026-11-23T06:05:00Z", 2, 20_000, 1]);
    // Another shard, and in another minute of the same step.
    await sql(insertJobs, ["2026-11-23T06:06:00Z", 2, 60_000, 2]);
    await sql(insertDeliveries, ["2026-11-23T06:05:00Z", 3, 1, 1]);
    const grid = createGrid(range, until);
    const read = await store.read(grid);
    const first = Math.floor((Date.parse("2026-11-23T06:05:00Z") - grid.from.getTime()) / (grid.stepSeconds * 1_000));
    const steps = Array.from({ length: stepsInWindow(grid) }, (_, n) => first + n - grid.steps + 1);
    expect(known(read.processingTime)).toEqual(steps.map((step) => [step, 20]));
    expect(known(read.successRate)).toEqual(steps.map((step) => [step, 0.75]));
    expect(known(read.queueSize)).toEqual([]);
    expect(known(read.dashboardStatus)).toEqual([]);
  });

  test("what ended before the range counts for its first steps", async () => {
    const { store, sql } = await openStore();
    const grid = createGrid("24h", until);
    await sql(insertJobs, [new Date(grid.from.getTime() - 15 * 60_000), 1, 5_000, 1]);
    const { processingTime } = await store.read(grid);
    // The second step before the range, and so in the windows of the four that follow in it.
    expect(processingTime.slice(0, 5)).toEqual([5, 5, 5, 5, undefined]);
  });

  test("the rollups tell, and after it they do not", async () => {
    const { store, sql } = await openStore();
    await sql(insertJobs, ["2026-11-23T08:05:00Z", 1, 5_000, 1]);
    await sql(insertSample, ["2026-11-23T08:30:00Z", 1, 0, null, null]);
    const { processingTime } = await store.read(createGrid("24h", until));
    expect(known(processingTime)).toEqual([
      [-13, 5],
      [-12, 5],
      [-11, 5],
    ]);
  });
});
