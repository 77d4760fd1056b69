import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import pg from "pg";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { eventually } from "../../../infra/e2e/eventually.ts";
import { findFreePort } from "../../../infra/e2e/programs.ts";
import { migrate, migrateWhenUp } from "./migrate.ts";

const databases = useDatabases();

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(text).then(
    async ({ rows }) => {
      await client.end();
      return rows;
    },
    async (error: unknown) => {
      await client.end();
      throw error;
    },
  );
}

const appliedTwice = "select name from migrations group by name having count(*) <> 1";
const applied = "select name from migrations order by id";

const inAnotherProcess = `
  import { migrate } from ${JSON.stringify(new URL("migrate.ts", import.meta.url).href)};
  await migrate(process.argv[1]);
`;

function migrateInProcess(url: string) {
  return promisify(execFile)(process.execPath, ["--input-type=module", "-e", inAnotherProcess, url]);
}

describe("migrations", () => {
  test("of five replicas that start at once are each applied once", async () => {
    const url = await databases.createEmpty();
    await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
    expect(await query(url, applied)).toEqual([
      { name: "0001_jobs" },
      { name: "0002_rollups" },
      { name: "0003_remediations" },
      { name: "0004_outbox_trace" },
      { name: "0005_samples" },
    ]);
    expect(await query(url, appliedTwice)).toEqual([]);
  });

  test("of two processes that start at once are each applied once", async () => {
    const url = await databases.createEmpty();
    await Promise.all([migrateInProcess(url), migrateInProcess(url)]);
    expect(await query(url, applied)).toHaveLength(5);
    expect(await query(url, appliedTwice)).toEqual([]);
  });

  test("change nothing the second time", async () => {
    const url = await databases.createEmpty();
    await migrate(url);
    const before = await query(url, "select * from migrations");
    await migrate(url);
    expect(await query(url, "select * from migrations")).toEqual(before);
  });

  test("of a newer version are not worked with, but named", async () => {
    const url = await databases.createEmpty();
    await migrate(url);
    await query(url, "insert into migrations (name, run_on) values ('9999_tomorrow', now())");
    await expect(migrate(url)).rejects.toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(/^a newer gozcu has changed the database \(9999_tomorrow\): start that version/),
    });
  });

  test("that one process was killed in are done by the next: no half of a schema stays", async () => {
    const url = await databases.createEmpty();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // The second migration has to wait for a table of the same name, that may be committed or not.
    await client.query("begin");
    await client.query("create table job_totals ()");
    const child = execFile(process.execPath, ["--input-type=module", "-e", inAnotherProcess, url]);
    await eventually(async () => {
      expect(await query(url, "select from pg_locks where not granted")).toHaveLength(1);
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    await client.query("rollback");
    await client.end();
    await migrate(url);
    expect(await query(url, applied)).toHaveLength(5);
    expect(await query(url, appliedTwice)).toEqual([]);
  });
});

describe("a service that starts without its database", () => {
  test("says so once, waits, and can be closed", async () => {
    const said: string[] = [];
    const migration = migrateWhenUp({
      url: `postgres://a:b@127.0.0.1:${await findFreePort()}/c`,
      log: (level, message) => said.push(`${level}: ${message}`),
    });
    await migration.tried;
    await migration.close();
    expect(migration.isDone()).toBe(false);
    expect(said).toEqual(["warn: waiting for the database"]);
  });

  test("goes on when the database comes up", async () => {
    const url = await databases.createEmpty();
    const server = databases.server();
    await server.kill();
    const isThere = Promise.withResolvers<void>();
    const migration = migrateWhenUp({ url, log: (level) => level === "info" && isThere.resolve() });
    await migration.tried;
    expect(migration.isDone()).toBe(false);
    await server.restart();
    await isThere.promise;
    expect(migration.isDone()).toBe(true);
    expect(await query(url, applied)).toHaveLength(5);
    await migration.close();
  });

  test("waits for a database that is made only after the server has come up", async () => {
    const server = databases.server();
    const url = new URL(await databases.createEmpty());
    url.pathname = "/made_later";
    await server.kill();
    const isThere = Promise.withResolvers<void>();
    const migration = migrateWhenUp({ url: url.href, log: (level) => level === "info" && isThere.resolve() });
    await migration.tried;
    await server.restart();
    await query(server.url, "create database made_later");
    await isThere.promise;
    expect(migration.obstacle()).toBeUndefined();
    await migration.close();
  });

  test("is told when the schema that is there is not ours", async () => {
    const url = await databases.createEmpty();
    await query(url, "create table jobs (name text)");
    const errors: string[] = [];
    const migration = migrateWhenUp({ url, log: (level, message) => level === "error" && errors.push(message) });
    await expect(migration.tried).rejects.toMatchObject({ code: "42P07" });
    expect(migration.isDone()).toBe(false);
    expect(errors).toEqual(["the schema could not be brought up to date"]);
    expect(migration.obstacle()).toMatch(/could not be brought up to date/);
    await migration.close();
  });
});
