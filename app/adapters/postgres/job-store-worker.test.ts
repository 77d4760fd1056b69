import { createHash, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import type { Job } from "../../jobs/job.ts";
import { createTestJobs, order, picture } from "./test-jobs.ts";

const databases = useDatabases();

async function openStore() {
  const database = await databases.create();
  return { ...database, ...createTestJobs(database.database) };
}

const completed = { status: "completed", images: [picture] } as const;
const failed = { status: "failed", error: { code: "refused", message: "ComfyUI refused the workflow" } } as const;
const webhookUrl = "https://example.com/hook";

describe("beginning a job", () => {
  test("gives its input, its trace, how long it has waited and a token", async () => {
    const { store, add, sql } = await openStore();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const id = await add({ carrier: { traceparent } });
    await sql("update jobs set queued_at = queued_at - interval '1 minute'");
    const begun = await store.begin(id);
    expect(begun).toMatchObject({
      id,
      type: "image",
      input: order.input,
      token: 1,
      failures: 0,
      carrier: { traceparent },
    });
    expect(begun?.waitMs).toBeGreaterThanOrEqual(60_000);
    expect(await store.read(id)).toMatchObject({ status: "processing", attempts: 1, startedAt: expect.any(Date) });
  });

  test("that another worker has in hand takes it over with the next token", async () => {
    const { store, add } = await openStore();
    const id = await add();
    expect([await store.begin(id), await store.begin(id)]).toMatchObject([{ token: 1 }, { token: 2 }]);
  });

  test("that has ended, or is not there, gives nothing and changes nothing", async () => {
    const { store, add, complete } = await openStore();
    const id = await add();
    await complete(id);
    const before = await store.read(id);
    expect(await store.begin(id)).toBeUndefined();
    expect(await store.begin(randomUUID())).toBeUndefined();
    expect(await store.read(id)).toEqual(before);
  });
});

describe("an old token", () => {
  /** Two workers have begun the job; the first one's token is old. */
  async function openTakenOver() {
    const opened = await openStore();
    const id = await opened.add({ webhookUrl });
    const [old, latest] = [await opened.store.begin(id), await opened.store.begin(id)];
    return { ...opened, id, old: old?.token ?? 0, latest: latest?.token ?? 0, before: await opened.store.read(id) };
  }

  test("ends nothing: no status, no picture, no delivery", async () => {
    const { store, sql, id, old, before, told } = await openTakenOver();
    const toldBefore = told();
    expect(await store.end(id, old, completed, {})).toBe(false);
    expect(await store.end(id, old, failed, {})).toBe(false);
    expect(await store.read(id)).toEqual(before);
    expect(await sql("select from job_images union all select from deliveries")).toEqual([]);
    expect(told()).toBe(toldBefore);
  });

  test("puts nothing back and writes no progress", async () => {
    const { store, id, old, before } = await openTakenOver();
    await store.retry(id, old, failed.error);
    await store.progress(id, old, 0.9);
    expect(await store.read(id)).toEqual(before);
  });

  test("does not keep the latest one from ending the job", async () => {
    const { store, id, old, latest } = await openTakenOver();
    expect(await Promise.all([store.end(id, old, failed, {}), store.end(id, latest, completed, {})])).toEqual([
      false,
      true,
    ]);
    expect(await store.read(id)).toMatchObject({ status: "completed", attempts: 2 });
  });
});

describe("putting a job back", () => {
  test("after a failed attempt counts it, keeps its reason and starts the wait anew", async () => {
    const { store, add, sql } = await openStore();
    const id = await add();
    await sql("update jobs set queued_at = queued_at - interval '1 hour'");
    await store.begin(id);
    await store.progress(id, 1, 0.5);
    expect(await store.read(id)).toMatchObject({ progress: 0.5 });
    await store.retry(id, 1, failed.error);
    expect(await store.read(id)).toMatchObject({ status: "pending", progress: 0, error: failed.error });
    const again = await store.begin(id);
    expect(again).toMatchObject({ token: 2, failures: 1 });
    expect(again?.waitMs).toBeLessThan(3_600_000);
  });

  test("because the worker stops does not count as failed", async () => {
    const { store, add } = await openStore();
    const id = await add();
    await store.begin(id);
    await store.retry(id, 1);
    expect(await store.begin(id)).toMatchObject({ token: 2, failures: 0 });
    expect(await store.read(id)).not.toHaveProperty("error");
  });

  test("that was cancelled meanwhile does not revive it", async () => {
    const { store, add } = await openStore();
    const id = await add();
    await store.begin(id);
    await store.cancel(id);
    await store.retry(id, 1, failed.error);
    expect(await store.read(id)).toMatchObject({ status: "cancelled" });
    expect(await store.end(id, 1, completed, {})).toBe(false);
  });
});

describe("ending a job", () => {
  test("keeps its pictures with their hash", async () => {
    const { store, add, complete } = await openStore();
    const id = await add();
    await complete(id);
    const sha256 = createHash("sha256").update(picture.bytes).digest("hex");
    const images = [{ contentType: "image/png", bytes: picture.bytes.length, sha256 }];
    expect(await store.read(id)).toMatchObject({ status: "completed", progress: 1, images });
    expect(await store.image(id, 0)).toEqual(picture);
    expect(await store.image(id, 1)).toBeUndefined();
  });

  test("writes exactly one delivery and its outbox row, with the trace it is given", async () => {
    const { store, add, sql } = await openStore();
    const id = await add({ webhookUrl });
    await store.begin(id);
    const ends = [1, 2, 3, 4].map(() => store.end(id, 1, failed, { traceparent: "00-a-b-01" }));
    expect((await Promise.all(ends)).filter(Boolean)).toHaveLength(1);
    const deliveries = await sql<{ id: string; body: string }>("select * from deliveries");
    expect(deliveries).toMatchObject([
      { job_id: id, event: "job.failed", url: webhookUrl, status: "waiting", attempts: 0, traceparent: "00-a-b-01" },
    ]);
    expect(JSON.parse(deliveries[0]?.body ?? "")).toMatchObject({
      type: "job.failed",
      data: { id, status: "failed", error: failed.error },
    });
    expect(await sql("select queue, entry_id from outbox where queue = 'webhooks'")).toEqual([
      { queue: "webhooks", entry_id: deliveries[0]?.id },
    ]);
  });

  test("writes no delivery for a job without a webhook", async () => {
    const { add, complete, sql } = await openStore();
    await complete(await add());
    expect(await sql("select from deliveries union all select from outbox where queue = 'webhooks'")).toEqual([]);
  });

  test("is undone as a whole when a part of it fails", async () => {
    const { store, add, sql } = await openStore();
    const id = await add({ webhookUrl });
    await store.begin(id);
    const before = await store.read(id);
    await sql("alter table outbox add constraint full_up check (queue <> 'webhooks')");
    await expect(store.end(id, 1, completed, {})).rejects.toMatchObject({ code: "23514" });
    expect(await store.read(id)).toEqual(before);
    expect(await sql("select from job_images union all select from deliveries")).toEqual([]);
    expect(await sql("select sum(completed)::int as completed from job_totals")).toEqual([{ completed: 0 }]);
  });
});

describe("looking for cancelled jobs", () => {
  test("finds those among the ids", async () => {
    const { store, add } = await openStore();
    const ids = [await add(), await add(), await add()];
    await store.cancel(ids[1] ?? "");
    expect(await store.cancelledAmong(ids)).toEqual([ids[1]]);
    expect(await store.cancelledAmong([])).toEqual([]);
  });
});

describe("many jobs on ten connections at once", () => {
  test("come through without a deadlock, and the totals are those of the rows", async () => {
    const { store, add, sql } = await openStore();
    const ids = await Promise.all(Array.from({ length: 200 }, () => add({ webhookUrl })));
    const lives: readonly ((id: string) => Promise<unknown>)[] = [
      async (id) => store.end(id, (await store.begin(id))?.token ?? 0, completed, {}),
      async (id) => store.end(id, (await store.begin(id))?.token ?? 0, failed, {}),
      (id) => Promise.all([store.cancel(id), store.begin(id), store.cancel(id)]),
      async (id) => {
        const token = (await store.begin(id))?.token ?? 0;
        await Promise.all([
          store.end(id, token, completed, {}),
          store.cancel(id),
          store.retry(id, token, failed.error),
        ]);
      },
      async (id) => {
        const token = (await store.begin(id))?.token ?? 0;
        await store.progress(id, token, 0.5);
        await store.retry(id, token);
      },
    ];
    await Promise.all(ids.map(async (id, n) => lives[n % lives.length]?.(id)));

    const jobs = (await Promise.all(ids.map((id) => store.read(id)))).filter((job): job is Job => job !== undefined);
    const count = (status: Job["status"]) => jobs.filter((job) => job.status === status).length;
    const [totals] =
      await sql(`select sum(total)::int as total, sum(pending)::int as pending, sum(processing)::int as processing,
      sum(completed)::int as completed, sum(failed)::int as failed, sum(cancelled)::int as cancelled from job_totals`);
    const [pending, processing] = [count("pending"), count("processing")];
    const ended = { completed: count("completed"), failed: count("failed"), cancelled: count("cancelled") };
    expect(totals).toEqual({ total: 200, pending, processing, ...ended });
    expect(ended.failed).toBe(40);
    const windows = await sql(`select grain, sum(accepted)::int as accepted, sum(completed)::int as completed,
      sum(failed)::int as failed, sum(cancelled)::int as cancelled from job_windows group by grain order by grain`);
    expect(windows).toEqual(["hour", "minute"].map((grain) => ({ grain, accepted: 200, ...ended })));
    const deliveries = await sql("select job_id from deliveries");
    expect(deliveries).toHaveLength(ended.completed + ended.failed + ended.cancelled);
    expect(new Set(deliveries.map(({ job_id }) => job_id)).size).toBe(deliveries.length);
    expect(await sql("select sum(total)::int as total from delivery_totals")).toEqual([{ total: deliveries.length }]);
  });
});
