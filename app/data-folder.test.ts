import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openDataFolder } from "./data-folder.ts";

describe("the data folder", () => {
  let path = "";
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), "gozcu-test-")), "data");
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  test("is made for its owner alone", async () => {
    const folder = await openDataFolder(path, { alone: true });
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await folder.close();
  });

  test("makes a secret once, keeps it with mode 0600 and finds it again", async () => {
    const folder = await openDataFolder(path, { alone: true });
    expect(await folder.readOrMake("api-key", () => "first")).toEqual({ value: "first", made: true });
    expect(await folder.readOrMake("api-key", () => "second")).toEqual({ value: "first", made: false });
    expect((await stat(join(path, "api-key"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(path, "api-key"), "utf8")).toBe("first\n");
    await folder.close();
  });

  test("can be shared, and then two processes that start at once agree on a secret", async () => {
    const folders = [await openDataFolder(path, { alone: false }), await openDataFolder(path, { alone: false })];
    const secrets = await Promise.all(folders.map((folder, n) => folder.readOrMake("api-key", () => `key ${n}`)));
    expect(secrets.filter(({ made }) => made)).toHaveLength(1);
    expect(secrets[0]?.value).toBe(secrets[1]?.value);
    expect(await readdir(path)).toEqual(["api-key"]);
    for (const folder of folders) await folder.close();
  });

  test("belongs to one process at a time, which others are told of with its address", async () => {
    const folder = await openDataFolder(path, { alone: true });
    const inUse = `another gozcu (process ${process.pid}) runs on ${folder.path}: stop it, or choose another folder`;
    await expect(openDataFolder(path, { alone: true })).rejects.toThrow(inUse);
    folder.tellAddress("http://127.0.0.1:3000");
    await expect(openDataFolder(path, { alone: true })).rejects.toThrow(
      `another gozcu (process ${process.pid}, at http://127.0.0.1:3000) runs on`,
    );
    await folder.close();
    const again = await openDataFolder(path, { alone: true });
    await again.close();
  });

  test.each([
    ["a file in its place", "", "it is a file"],
    ["a file above it", "below/it", "a file is in the way"],
  ])("says what to do about %s", async (_what, below, why) => {
    await writeFile(path, "");
    const folder = join(path, below);
    await expect(openDataFolder(folder, { alone: true })).rejects.toMatchObject({
      message: `${folder} cannot be the data folder: ${why}; mend that, or choose another folder with --data or DATA_DIR`,
      exitCode: 73,
    });
  });
});
