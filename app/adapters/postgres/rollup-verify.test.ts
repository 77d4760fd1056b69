import { describe, expect, test } from "@jest/globals";
import { type TestDatabase, useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createDeliveryStore } from "./delivery-store.ts";
import { createRetention } from "./retention.ts";
import { compareRollups, verifyRollups } from "./rollup-verify.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

const webhookUrl = "https://partner.example/hook";
const failed = { outcome: "failed", durationMs: 5, retryable: true } as const;
const refused = { outcome: "refused", durationMs: 0, retryable: false } as const;
const delivered = { outcome: "delivered", statusCode: 200, durationMs: 5, retryable: false } as const;

/** Jobs in every status, and deliveries in every state. */
async function fill({ database, sql }: TestDatabase): Promise<void> {
  const jobs = createTestJobs(database);
  const deliveries = createDeliveryStore(database);
  await jobs.add();
  await jobs.store.begin(await jobs.add());
  await jobs.store.cancel(await jobs.add({ webhookUrl }));
  await jobs.fail(await jobs.add({ webhookUrl }));
  await jobs.complete(await jobs.add({ webhookUrl }));
  await jobs.complete(await jobs.add());
  const [first, second] = await sql<{ id: string }>("select id from deliveries where status = 'waiting' order by id");
  await deliveries.record(first?.id ?? "", failed);
  await deliveries.record(first?.id ?? "", delivered, "delivered");
  await deliveries.record(second?.id ?? "", failed);
  await deliveries.record(second?.id ?? "", refused, "failed");
}

/** As if it had all happened so many whole hours ago: rows and windows go back alike. */
async function age(
  { sql }: TestDatabase,
  hours: { readonly jobs: number; readonly deliveries: number },
): Promise<void> {
  const columns = [
    [hours.jobs, "jobs", ["created_at", "started_at", "finished_at"]],
    [hours.jobs, "job_windows", ["bucket"]],
    [hours.deliveries, "deliveries", ["ended_at"]],
    [hours.deliveries, "delivery_attempts", ["at"]],
    [hours.deliveries, "delivery_windows", ["bucket"]],
  ] as const;
  for (const [ago, table, moments] of columns) {
    const changes = moments.map((moment) => `${moment} = ${moment} - interval '${ago} hours'`);
    await sql(`update ${table} set ${changes.join()}`);
  }
}

const retentionHours = limits.jobRetentionDays * 24;

describe("the rollups", () => {
  test("agree with the rows, whatever has become of jobs and deliveries", async () => {
    const test = await databases.create();
    await fill(test);
    const compared = await compareRollups(test.database);
    expect(compared.filter(({ differing }) => differing > 0)).toEqual([]);
    const kept = Object.fromEntries(compared.map(({ counter, kept }) => [counter, kept]));
    expect(kept).toMatchObject({
      "job_totals.total": 6,
      "job_totals.pending": 1,
      "job_totals.processing": 1,
      "job_totals.completed": 2,
      "job_totals.failed": 1,
      "job_totals.cancelled": 1,
      "job_windows.accepted by minute": 6,
      "job_windows.completed by hour": 2,
      "delivery_totals.total": 3,
      "delivery_totals.delivered": 1,
      "delivery_totals.failed": 1,
      "delivery_windows.attempts_ok by minute": 1,
      "delivery_windows.attempts_failed by hour": 2,
    });
  });

  test("agree in an empty database", async () => {
    const { database } = await databases.create();
    expect(await verifyRollups(database)).toEqual([]);
  });

  const tampering = [
    ["job_totals.completed", "update job_totals set completed = completed + 1"],
    ["job_totals.pending", "update job_totals set pending = 0, processing = processing"],
    ["job_totals.total", "update job_totals set total = 0"],
    ["job_windows.accepted by hour", "update job_windows set accepted = 0 where grain = 'hour'"],
    ["job_windows.processing_ms by minute", "update job_windows set processing_ms = 1e9 where grain = 'minute'"],
    ["delivery_totals.delivered", "update delivery_totals set delivered = 7"],
    [
      "delivery_windows.attempts_failed by minute",
      "update delivery_windows set attempts_failed = 9 where grain = 'minute'",
    ],
  ] as const;
  test.each(tampering)("are found wrong when %s was tampered with, and no other is", async (counter, text) => {
    const test = await databases.create();
    await fill(test);
    await test.sql(text);
    const disagreements = await verifyRollups(test.database);
    expect(disagreements.map((one) => one.counter)).toEqual([counter]);
    expect(disagreements[0]?.kept).not.toBe(disagreements[0]?.recounted);
  });

  test("are found wrong when the windows of a counter only add up to the same", async () => {
    const test = await databases.create();
    await fill(test);
    await test.sql("update job_windows set bucket = bucket - interval '5 minutes' where grain = 'minute'");
    const disagreements = await verifyRollups(test.database);
    const accepted = disagreements.find(({ counter }) => counter === "job_windows.accepted by minute");
    expect(accepted).toMatchObject({ kept: 6, recounted: 6 });
    expect(accepted?.windows[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
  });

  test("are found wrong when rows are gone that retention did not take", async () => {
    const test = await databases.create();
    await fill(test);
    await test.sql("alter table jobs disable trigger jobs_deleted");
    await test.sql("delete from jobs where status = 'failed'");
    const counters = (await verifyRollups(test.database)).map(({ counter }) => counter);
    expect(counters).toEqual(
      expect.arrayContaining(["job_totals.failed", "job_totals.total", "job_windows.failed by hour"]),
    );
  });

  test("still agree after retention has pruned the rows that they count", async () => {
    const test = await databases.create();
    await fill(test);
    await age(test, { jobs: retentionHours + 24, deliveries: retentionHours + 24 });
    await fill(test);
    expect(await verifyRollups(test.database)).toEqual([]);
    // Two have not ended, and the delivery of a third has not: they stay.
    expect(await createRetention(test.database).prune()).toBe(3);
    const compared = await compareRollups(test.database);
    expect(compared.filter(({ differing }) => differing > 0)).toEqual([]);
    expect(compared).toContainEqual(expect.objectContaining({ counter: "job_totals.total", kept: 12, recounted: 12 }));
  });

  test("still agree when a delivery ended so late that its job is over its time and it is not", async () => {
    const test = await databases.create();
    await fill(test);
    await age(test, { jobs: retentionHours + 2, deliveries: retentionHours - 2 });
    expect(await createRetention(test.database).prune()).toBe(1);
    expect(await verifyRollups(test.database)).toEqual([]);
  });

  test("agree in one snapshot while jobs come and go", async () => {
    const test = await databases.create();
    const jobs = createTestJobs(test.database);
    let busy = true;
    const work = (async () => {
      while (busy) await jobs.complete(await jobs.add({ webhookUrl }));
    })();
    for (let n = 0; n < 20; n += 1) expect(await verifyRollups(test.database)).toEqual([]);
    busy = false;
    await work;
  });
});
