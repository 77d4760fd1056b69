import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { type TestDatabase, useDatabases } from "../../../infra/e2e/databases.ts";
import type { JobOrder } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import { createTestJobs, order } from "./test-jobs.ts";

const databases = useDatabases();

const idempotency = { owner: "partner", key: "order-1", fingerprint: "a" };

async function openStore() {
  const database = await databases.create();
  return { ...database, ...createTestJobs(database.database) };
}

async function countJobs({ sql }: TestDatabase): Promise<number> {
  const [row] = await sql<{ count: number }>("select count(*)::int as count from jobs");
  return row?.count ?? -1;
}

describe("accepting a job", () => {
  test("writes the job and its outbox row, and tells of the outbox once they are committed", async () => {
    const { store, sql, told } = await openStore();
    const accepted = await store.accept({ ...order, webhookUrl: "https://example.com/hook", carrier: trace });
    const job = "job" in accepted ? accepted.job : undefined;
    expect(accepted).toMatchObject({
      replayed: false,
      job: { status: "pending", progress: 0, attempts: 0, images: [] },
    });
    expect(job?.webhook).toEqual({ url: "https://example.com/hook", status: "waiting", attempts: 0 });
    expect(job?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(await sql("select queue, entry_id from outbox")).toEqual([{ queue: "jobs", entry_id: job?.id }]);
    expect(await store.read(job?.id ?? "")).toEqual(job);
    expect(told()).toBe(1);
  });

  test("gives ids that sort by the time of acceptance", async () => {
    const { add } = await openStore();
    const ids: string[] = [];
    for (let i = 0; i < 20; i += 1) ids.push(await add());
    expect(ids.toSorted()).toEqual(ids);
  });

  test("again with the same key and request gives the first job, and writes nothing", async () => {
    const opened = await openStore();
    const first = await opened.store.accept({ ...order, idempotency });
    const second = await opened.store.accept({ ...order, idempotency });
    expect(second).toEqual({ ...first, replayed: true });
    expect(await countJobs(opened)).toBe(1);
    expect(await opened.sql("select from outbox")).toHaveLength(1);
    expect(opened.told()).toBe(1);
  });

  test("with a key that another request used is a conflict", async () => {
    const opened = await openStore();
    await opened.store.accept({ ...order, idempotency });
    expect(await opened.store.accept({ ...order, idempotency: { ...idempotency, fingerprint: "b" } })).toEqual({
      conflict: true,
    });
    expect(await countJobs(opened)).toBe(1);
  });

  test("with the same key of another client is another job", async () => {
    const opened = await openStore();
    await opened.store.accept({ ...order, idempotency });
    const other = await opened.store.accept({ ...order, idempotency: { ...idempotency, owner: "somebody else" } });
    expect(other).toMatchObject({ replayed: false });
    expect(await countJobs(opened)).toBe(2);
  });

  test.each([
    { age: limits.idempotencyHours - 0.01, jobs: 1, replayed: true },
    { age: limits.idempotencyHours + 0.01, jobs: 2, replayed: false },
  ])("with a key that was used $age hours ago leaves $jobs", async ({ age, jobs, replayed }) => {
    const opened = await openStore();
    await opened.store.accept({ ...order, idempotency });
    await opened.sql("update idempotency_keys set created_at = clock_timestamp() - $1 * interval '1 hour'", [age]);
    const again = await opened.store.accept({ ...order, idempotency });
    expect(again).toMatchObject({ replayed });
    expect(await countJobs(opened)).toBe(jobs);
    // The key now stands for the job that was given, from now on.
    expect(await opened.store.accept({ ...order, idempotency })).toEqual({ ...again, replayed: true });
  });

  test("twenty times at once with one key gives one job to all", async () => {
    const opened = await openStore();
    const answers = await Promise.all(Array.from({ length: 20 }, () => opened.store.accept({ ...order, idempotency })));
    const ids = answers.map((answer) => ("job" in answer ? answer.job.id : undefined));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toBeDefined();
    expect(answers.filter((answer) => "job" in answer && !answer.replayed)).toHaveLength(1);
    expect(await countJobs(opened)).toBe(1);
    expect(await opened.sql("select from outbox")).toHaveLength(1);
  });
});

const trace: JobOrder["carrier"] = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "vendor=1",
};

describe("the list of jobs", () => {
  /** All pages, as a client reads them. */
  async function readPages(
    store: Awaited<ReturnType<typeof openStore>>["store"],
    page: { status?: "failed"; limit: number },
  ) {
    const pages: string[][] = [];
    for (let cursor: string | undefined; ; ) {
      const { jobs, nextCursor } = await store.list({ ...page, ...(cursor !== undefined && { cursor }) });
      pages.push(jobs.map((job) => job.id));
      if (nextCursor === undefined) return pages;
      cursor = nextCursor;
    }
  }

  test("is newest first, and its pages hold every job once", async () => {
    const { store, add } = await openStore();
    const ids: string[] = [];
    for (let i = 0; i < 7; i += 1) ids.unshift(await add());
    expect(await readPages(store, { limit: 3 })).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
  });

  test("has no next page when the last one is just full", async () => {
    const { store, add } = await openStore();
    const ids = [await add(), await add()];
    expect(await store.list({ limit: 2 })).toMatchObject({ jobs: [{ id: ids[1] }, { id: ids[0] }] });
    expect(await store.list({ limit: 2 })).not.toHaveProperty("nextCursor");
  });

  test("holds only one status when asked to, in the same order, page by page", async () => {
    const { store, add, fail } = await openStore();
    const failed: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      await add();
      const id = await add();
      await fail(id);
      failed.unshift(id);
    }
    expect(await readPages(store, { status: "failed", limit: 2 })).toEqual([
      failed.slice(0, 2),
      failed.slice(2, 4),
      failed.slice(4),
    ]);
    const pending = await store.list({ status: "pending", limit: 10 });
    expect(pending.jobs.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "pending"));
    expect(await store.list({ status: "completed", limit: 10 })).toEqual({ jobs: [] });
  });

  test("of one status is read by its index, however many newer jobs have another one", async () => {
    const { database, sql } = await databases.create();
    await sql(`insert into jobs (id, type, status, input, created_at, finished_at)
      select lpad(to_hex(i), 32, '0')::uuid, 'image', case when i <= 20000 then 'completed' else 'failed' end, '{}', now(), now()
      from generate_series(1, 22000) i`);
    await sql("analyze jobs");
    const plans: unknown[] = [];
    const { store } = createTestJobs({
      ...database,
      async query(doing, text, values) {
        plans.push(await sql(`explain (format json) ${text}`, values));
        return database.query(doing, text, values);
      },
    });
    const { jobs } = await store.list({ status: "completed", limit: 50 });
    expect(jobs).toHaveLength(50);
    expect(JSON.stringify(plans)).toContain('"Index Name":"jobs_by_status"');
    expect(JSON.stringify(plans)).not.toContain('"Index Name":"jobs_pkey"');
  });
});

describe("cancelling a job", () => {
  test.each(["pending", "processing"] as const)("that is %s ends it, and writes its delivery", async (status) => {
    const { store, add, sql, told } = await openStore();
    const id = await add({ webhookUrl: "https://example.com/hook" });
    if (status === "processing") await store.begin(id);
    const cancelled = await store.cancel(id);
    expect(cancelled).toMatchObject({ ended: false, job: { id, status: "cancelled", finishedAt: expect.any(Date) } });
    expect(await store.read(id)).toEqual({
      ...cancelled?.job,
      webhook: { url: "https://example.com/hook", status: "waiting", attempts: 0 },
    });
    expect(await sql("select event from deliveries")).toEqual([{ event: "job.cancelled" }]);
    expect(await sql("select queue from outbox order by id")).toEqual([{ queue: "jobs" }, { queue: "webhooks" }]);
    expect(told()).toBe(2);
  });

  test.each(["completed", "failed", "cancelled"] as const)(
    "that is %s comes too late, and changes nothing",
    async (status) => {
      const { store, add, complete, fail, sql } = await openStore();
      const id = await add({ webhookUrl: "https://example.com/hook" });
      const end = { completed: complete, failed: fail, cancelled: store.cancel };
      await end[status](id);
      const before = await store.read(id);
      expect(before?.status).toBe(status);
      expect(await store.cancel(id)).toEqual({ ended: true, job: before });
      expect(await store.read(id)).toEqual(before);
      expect(await sql("select from deliveries")).toHaveLength(1);
    },
  );

  test("that is not there gives nothing", async () => {
    const { store } = await openStore();
    expect(await store.cancel(randomUUID())).toBeUndefined();
    expect(await store.read(randomUUID())).toBeUndefined();
  });
});
