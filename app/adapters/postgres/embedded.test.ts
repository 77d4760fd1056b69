import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeFolder } from "../../../infra/e2e/programs.ts";
import { startEmbeddedPostgres } from "./embedded.ts";

describe("the embedded Postgres", () => {
  let room: Awaited<ReturnType<typeof makeFolder>>;
  beforeAll(async () => {
    room = await makeFolder();
  });
  afterAll(() => room.close());

  test("does not touch a database of another major version, and says what to do", async () => {
    const folder = join(room.path, "old");
    await mkdir(join(folder, "postgres"), { recursive: true });
    await writeFile(join(folder, "postgres", "PG_VERSION"), "15\n");
    await expect(startEmbeddedPostgres({ folder })).rejects.toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(
        /postgres was made by Postgres 15, and this gozcu brings Postgres \d+, which cannot open it: .*--data or DATA_DIR$/,
      ),
    });
    expect(await readdir(join(folder, "postgres"))).toEqual(["PG_VERSION"]);
  });

  test("does not begin a new database where there is no room for one", async () => {
    const folder = join(room.path, "full");
    await mkdir(folder);
    await expect(startEmbeddedPostgres({ folder, readFreeBytes: async () => 12.7 * 2 ** 20 })).rejects.toMatchObject({
      exitCode: 73,
      message: expect.stringMatching(/^12 MiB are free on the disk of .*, and a new database takes 200 MiB: make room/),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
