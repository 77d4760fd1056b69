import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import { useDatabases } from "../infra/e2e/databases.ts";
import { makeFolder } from "../infra/e2e/programs.ts";
import { startEmbeddedPostgres } from "./adapters/postgres/embedded.ts";
import { migrate } from "./adapters/postgres/migrate.ts";
import { createTestJobs } from "./adapters/postgres/test-jobs.ts";
import { openDataFolder } from "./data-folder.ts";

const program = fileURLToPath(new URL("rollup-verify.ts", import.meta.url));

/** Runs the program with these settings and no others. */
function run(settings: Readonly<Record<string, string>>, args: readonly string[] = []) {
  return new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    const env = { PATH: process.env.PATH, ...settings };
    execFile(process.execPath, [program, ...args], { env, cwd: "/" }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

describe("rollup:verify", () => {
  const databases = useDatabases();
  const folders: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await folder.close();
  });
  async function keepFolder() {
    const folder = await makeFolder();
    folders.push(folder);
    return folder.path;
  }

  test("says of each counter that it agrees, and ends with 0", async () => {
    const { database, url } = await databases.create();
    const jobs = createTestJobs(database);
    await jobs.complete(await jobs.add());
    const { code, output } = await run({ DATABASE_URL: url });
    expect(output).toMatch(/^ok +job_totals\.completed +kept 1, recounted 1$/m);
    expect(output).toMatch(/^ok +job_windows\.accepted by minute +kept 1, recounted 1$/m);
    expect(output).not.toContain("DISAGREE");
    expect(code).toBe(0);
  });

  test("names the counter that disagrees and where, and ends with 1", async () => {
    const { database, sql, url } = await databases.create();
    const jobs = createTestJobs(database);
    await jobs.complete(await jobs.add());
    await sql("update job_windows set completed = 3 where grain = 'hour'");
    const { code, output } = await run({ DATABASE_URL: url, ROLE: "worker" });
    expect(output).toMatch(
      /^DISAGREE +job_windows\.completed by hour +kept 3, recounted 1\n +in 1 windows: \d{4}-.*Z$/m,
    );
    expect(output.split("DISAGREE")).toHaveLength(2);
    expect(code).toBe(1);
  });

  test("verifies the embedded database of a service that is stopped", async () => {
    const folder = await keepFolder();
    const postgres = await startEmbeddedPostgres({ folder });
    await migrate(postgres.url);
    await postgres.close();
    const { code, output } = await run({ DATA_DIR: folder });
    expect(output).toMatch(/^ok +job_totals\.total +kept 0, recounted 0$/m);
    expect(code).toBe(0);
  });

  test("leaves the embedded database of a running service alone", async () => {
    const folder = await keepFolder();
    await (await startEmbeddedPostgres({ folder })).close();
    const inUse = await openDataFolder(folder, { alone: true });
    const { code, output } = await run({ DATA_DIR: folder });
    await inUse.close();
    expect(output).toMatch(/another gozcu \(process \d+\) runs on/);
    expect(code).toBe(69);
  });

  test("makes no database where there is none", async () => {
    const { code, output } = await run({ DATA_DIR: await keepFolder() });
    expect(output).toContain("there is no embedded database in");
    expect(code).toBe(69);
  });

  test("tells settings that are wrong apart from a database that is away", async () => {
    expect((await run({ DATABASE_URL: "mysql://x" })).code).toBe(78);
    expect((await run({ DATABASE_URL: "postgres://a:b@127.0.0.1:1/c" })).code).toBe(69);
  });

  test("explains itself", async () => {
    const { code, output } = await run({}, ["--help"]);
    expect(output).toContain("npm run rollup:verify");
    expect(code).toBe(0);
  });
});
