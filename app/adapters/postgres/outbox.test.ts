import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { createOpenEntries } from "./open-entries.ts";
import { addToOutbox, createOutbox } from "./outbox.ts";
import { createTestJobs } from "./test-jobs.ts";

const databases = useDatabases();

async function openOutbox() {
  const opened = await databases.create();
  return { ...opened, outbox: createOutbox(opened.database), ...createTestJobs(opened.database) };
}

type Entries = Parameters<Parameters<Awaited<ReturnType<typeof openOutbox>>["outbox"]["take"]>[1]>[0];

describe("the outbox", () => {
  test("hands over what was put into it, oldest first, and forgets it", async () => {
    const { outbox } = await openOutbox();
    await outbox.put("jobs", ["a", "b"]);
    await outbox.put("webhooks", ["c"]);
    const taken: Entries[] = [];
    const handOver = async (entries: Entries) => void taken.push(entries);
    expect(await outbox.take(2, handOver)).toBe(2);
    expect(await outbox.take(2, handOver)).toBe(1);
    expect(await outbox.take(2, handOver)).toBe(0);
    expect(taken).toEqual([
      [
        { queue: "jobs", id: "a", carrier: {} },
        { queue: "jobs", id: "b", carrier: {} },
      ],
      [{ queue: "webhooks", id: "c", carrier: {} }],
    ]);
  });

  test("keeps the trace that an entry belongs to", async () => {
    const { database, outbox } = await openOutbox();
    const carrier = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "vendor=1" };
    await addToOutbox(database, "jobs", ["a"], carrier);
    const taken: Entries[] = [];
    await outbox.take(1, async (entries) => void taken.push(entries));
    expect(taken).toEqual([[{ queue: "jobs", id: "a", carrier }]]);
  });

  test("hands over again what was not taken", async () => {
    const { outbox } = await openOutbox();
    await outbox.put("jobs", ["a", "b"]);
    const refuse = async () => {
      throw new Error("the queue is full");
    };
    await expect(outbox.take(10, refuse)).rejects.toThrow("the queue is full");
    const taken: string[] = [];
    await outbox.take(10, async (entries) => void taken.push(...entries.map(({ id }) => id)));
    expect(taken).toEqual(["a", "b"]);
  });

  test("hands over again what was taken when the connection broke before that was written down", async () => {
    const { outbox, sql } = await openOutbox();
    await outbox.put("jobs", ["a"]);
    const broken = outbox.take(10, async () => {
      await sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
      );
    });
    await expect(broken).rejects.toThrow("the database did not answer while emptying the outbox");
    const taken: string[] = [];
    await outbox.take(10, async (entries) => void taken.push(...entries.map(({ id }) => id)));
    expect(taken).toEqual(["a"]);
  });

  test("gives two that take at once different rows, and neither waits for the other", async () => {
    const { outbox } = await openOutbox();
    await outbox.put("jobs", ["a", "b", "c"]);
    const bothHave = Promise.withResolvers<void>();
    const taken: string[][] = [];
    const handOver = async (entries: Entries) => {
      taken.push(entries.map(({ id }) => id));
      if (taken.length === 2) bothHave.resolve();
      await bothHave.promise;
    };
    expect(await Promise.all([outbox.take(2, handOver), outbox.take(2, handOver)])).toEqual(
      expect.arrayContaining([2, 1]),
    );
    expect(taken.flat().toSorted()).toEqual(["a", "b", "c"]);
  });

  test("does not show what is not committed", async () => {
    const { outbox, database } = await openOutbox();
    const nothing = async () => {};
    await database.transaction("waiting", async (sql) => {
      await sql.query("waiting", "insert into outbox (queue, entry_id) values ('jobs', 'a')");
      expect(await outbox.take(10, nothing)).toBe(0);
    });
    expect(await outbox.take(10, nothing)).toBe(1);
  });
});

describe("open entries", () => {
  const all = { olderThanMs: 0, limit: 100 };

  test("are the jobs that have not ended and are not in the outbox, in order, page by page", async () => {
    const { database, outbox, store, add, complete } = await openOutbox();
    const entries = createOpenEntries(database);
    const ids = [await add(), await add(), await add(), await add()];
    expect(await entries.open("jobs", all)).toEqual([]);
    await outbox.take(100, async () => {});
    expect(await entries.open("jobs", all)).toEqual(ids);
    await complete(ids[0] ?? "");
    await store.begin(ids[1] ?? "");
    await store.cancel(ids[2] ?? "");
    const first = await entries.open("jobs", { ...all, limit: 1 });
    expect(first).toEqual([ids[1]]);
    expect(await entries.open("jobs", { ...all, after: first[0] ?? "" })).toEqual([ids[3]]);
  });

  test("are not those that came only just now", async () => {
    const { database, outbox, sql, add } = await openOutbox();
    const entries = createOpenEntries(database);
    const [old] = [await add(), await add()];
    await outbox.take(100, async () => {});
    await sql("update jobs set created_at = created_at - interval '1 minute' where id = $1", [old]);
    expect(await entries.open("jobs", { ...all, olderThanMs: 30_000 })).toEqual([old]);
  });

  test("are told apart from what has ended meanwhile", async () => {
    const { database, add, complete } = await openOutbox();
    const entries = createOpenEntries(database);
    const [open, ended] = [await add(), await add()];
    await complete(ended);
    expect(await entries.stillOpen("jobs", [open, ended])).toEqual([open]);
  });

  test("of the webhooks are the deliveries that wait", async () => {
    const { database, outbox, sql, add, complete } = await openOutbox();
    const entries = createOpenEntries(database);
    await complete(await add({ webhookUrl: "https://example.com/a" }));
    await complete(await add({ webhookUrl: "https://example.com/b" }));
    await outbox.take(100, async () => {});
    await sql("update deliveries set status = 'delivered', ended_at = now() where url = 'https://example.com/a'");
    const waiting = await sql<{ id: string }>("select id from deliveries where status = 'waiting'");
    expect(await entries.open("webhooks", all)).toEqual(waiting.map(({ id }) => id));
  });
});
