import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { eventually } from "../../../infra/e2e/eventually.ts";
import { findFreePort } from "../../../infra/e2e/programs.ts";
import { startTcpProxy } from "../../../infra/e2e/tcp-proxy.ts";
import { createSpanRecorder } from "../../telemetry/span-recorder.ts";
import { createTracing } from "../../telemetry/tracing.ts";
import { createDatabase, type Database } from "./database.ts";
import { DatabaseUnavailable } from "./errors.ts";

const databases = useDatabases();

const deadlineMs = 500;

/** Runs `use` with a database of short deadlines, and closes it. */
async function withDatabase(url: string, use: (database: Database) => Promise<void>, available = () => true) {
  const database = createDatabase({ url, poolSize: 2, deadlineMs, available, onError: () => {} });
  await use(database).finally(database.close);
}

describe("a query", () => {
  test("gives its rows", async () => {
    const { database } = await databases.create();
    expect(await database.query("counting", "select $1::int + 1 as n", [1])).toEqual([{ n: 2 }]);
  });

  test("that is wrong rejects with Postgres' own error, and not as unavailable", async () => {
    const { database } = await databases.create();
    const wrong = database.query("counting", "select nothing");
    await expect(wrong).rejects.toMatchObject({ code: "42703" });
    await expect(wrong).rejects.not.toBeInstanceOf(DatabaseUnavailable);
  });

  test("is a client span that has the text and not the values, where a recorded span is active", async () => {
    const recorder = createSpanRecorder();
    const tracing = createTracing(recorder);
    const { url } = await databases.create();
    const database = createDatabase({ url, poolSize: 1, deadlineMs, call: tracing.call });
    try {
      await database.query("counting", "select 1");
      expect(recorder.spans()).toEqual([]);
      await tracing.run("request", {}, () => database.query("counting", "select $1::text as secret", ["s3cret"]));
      const [query, request] = recorder.spans();
      expect(query).toMatchObject({
        name: "SELECT postgresql",
        kind: SpanKind.CLIENT,
        parentSpanContext: { spanId: request?.spanContext().spanId },
        attributes: {
          "db.system.name": "postgresql",
          "db.operation.name": "SELECT",
          "db.query.text": "select $1::text as secret",
        },
      });
      expect(Object.values(query?.attributes ?? {})).not.toContain("s3cret");
    } finally {
      await database.close();
      await recorder.close();
    }
  });

  test("that finds no connection is a failed span", async () => {
    const recorder = createSpanRecorder();
    const tracing = createTracing(recorder);
    const url = `postgres://a:b@127.0.0.1:${await findFreePort()}/c`;
    const database = createDatabase({ url, poolSize: 1, deadlineMs, call: tracing.call });
    try {
      const query = tracing.run("request", {}, () => database.query("counting", "select 1"));
      await expect(query).rejects.toThrow(DatabaseUnavailable);
      expect(recorder.spans()[0]).toMatchObject({
        name: "SELECT postgresql",
        status: { code: SpanStatusCode.ERROR },
      });
    } finally {
      await database.close();
      await recorder.close();
    }
  });

  test("is refused until the schema is there", async () => {
    const { url } = await databases.create();
    const notYet = () => false;
    await withDatabase(
      url,
      async (database) => {
        await expect(database.query("counting", "select 1")).rejects.toThrow(DatabaseUnavailable);
        await expect(database.transaction("counting", async () => {})).rejects.toThrow(DatabaseUnavailable);
      },
      notYet,
    );
  });

  test("that was a deadlock's victim is run again", async () => {
    const { database, sql } = await databases.create();
    await sql("begin");
    await sql("select pg_advisory_xact_lock(2)");
    const query = database.query("taking two locks", "select pg_advisory_xact_lock(1), pg_advisory_xact_lock(2)");
    // A connection of its own sees whether the query waits; ours is in a transaction, and shall be younger than it.
    await eventually(async () => {
      const [row] = await sql<{ waiting: number }>("select count(*)::int as waiting from pg_locks where not granted");
      expect(row?.waiting).toBe(1);
    });
    await sql("select pg_advisory_xact_lock(1)");
    await sql("commit");
    await expect(query).resolves.toHaveLength(1);
  });
});

describe("a transaction", () => {
  test("commits what it wrote, and nothing when it fails", async () => {
    const { database, sql } = await databases.create();
    const write = (name: string, fail: boolean) =>
      database.transaction("writing", async (tx) => {
        await tx.query("writing", "insert into secrets (name, value) values ($1, 'x')", [name]);
        if (fail) throw new Error("changed my mind");
      });
    await write("kept", false);
    await expect(write("lost", true)).rejects.toThrow("changed my mind");
    expect(await sql("select name from secrets")).toEqual([{ name: "kept" }]);
  });

  test("that was a deadlock's victim is run again, and both commit", async () => {
    const { database, sql } = await databases.create();
    await sql("create table pairs (id integer primary key, n integer not null)");
    await sql("insert into pairs values (1, 0), (2, 0)");
    const bothHaveOne = Promise.withResolvers<void>();
    let runs = 0;
    let first = 0;
    const add = (ids: readonly [number, number]) =>
      database.transaction("adding", async (tx) => {
        runs += 1;
        await tx.query("adding", "update pairs set n = n + 1 where id = $1", [ids[0]]);
        first += 1;
        if (first === 2) bothHaveOne.resolve();
        await bothHaveOne.promise;
        await tx.query("adding", "update pairs set n = n + 1 where id = $1", [ids[1]]);
      });
    await Promise.all([add([1, 2]), add([2, 1])]);
    expect(runs).toBe(3);
    expect(await sql("select n from pairs")).toEqual([{ n: 2 }, { n: 2 }]);
  });

  test("that asks twice at once has both bounded", async () => {
    const { url } = await databases.create();
    const proxy = await startTcpProxy(databases.server());
    await withDatabase(Object.assign(new URL(url), { port: String(proxy.port) }).href, async (database) => {
      const both = database.transaction("counting", async (tx) => {
        const first = tx.query("counting", "select 1").then(() => proxy.hang());
        await Promise.all([first, tx.query("sleeping", "select pg_sleep(0.1)")]);
      });
      await expect(both).rejects.toThrow(DatabaseUnavailable);
    });
    await proxy.close();
  });

  test("whose connection is cut rejects as unavailable, and the next one has a new connection", async () => {
    const { database, sql } = await databases.create();
    const cut = database.transaction("waiting", async (tx) => {
      const [row] = await tx.query<{ pid: number }>("waiting", "select pg_backend_pid() as pid");
      await sql("select pg_terminate_backend($1)", [row?.pid]);
      await tx.query("waiting", "select 1");
    });
    await expect(cut).rejects.toThrow(DatabaseUnavailable);
    await expect(database.transaction("asking", (tx) => tx.query("asking", "select 1"))).resolves.toHaveLength(1);
  });
});

describe("a server", () => {
  test("that is not there gives an error that says what was tried, with the cause", async () => {
    await withDatabase(`postgres://a:b@127.0.0.1:${await findFreePort()}/c`, async (database) => {
      const refused = database.query("counting jobs", "select 1");
      await expect(refused).rejects.toThrow("the database did not answer while counting jobs");
      await expect(refused).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    });
  });

  test("that accepts and never answers rejects queries and transactions in time", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await withDatabase(`postgres://a:b@127.0.0.1:${port}/c`, async (database) => {
      await expect(database.query("counting", "select 1")).rejects.toThrow(DatabaseUnavailable);
      await expect(database.transaction("counting", async () => {})).rejects.toThrow(DatabaseUnavailable);
    });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  test("that falls silent rejects what is under way, and is used again when it answers", async () => {
    const { url } = await databases.create();
    const proxy = await startTcpProxy(databases.server());
    await withDatabase(Object.assign(new URL(url), { port: String(proxy.port) }).href, async (database) => {
      await database.query("counting", "select 1");
      proxy.hang();
      await expect(database.query("counting", "select 1")).rejects.toThrow(DatabaseUnavailable);
      const silenced = database.transaction("counting", (tx) => tx.query("counting", "select 1"));
      await expect(silenced).rejects.toThrow(DatabaseUnavailable);
      proxy.resume();
      await expect(database.query("counting", "select 1")).resolves.toHaveLength(1);
    });
    await proxy.close();
  });

  test("that takes too long over one query has it cancelled", async () => {
    const { url, sql } = await databases.create();
    await withDatabase(url, async (database) => {
      await expect(database.query("sleeping", "select pg_sleep(60)")).rejects.toThrow(DatabaseUnavailable);
      await eventually(async () => {
        const running = await sql(
          "select from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()",
        );
        expect(running).toEqual([]);
      });
    });
  });
});
