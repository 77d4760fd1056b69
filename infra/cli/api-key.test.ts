import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makeFolder } from "../e2e/programs.ts";
import { secretsFolder } from "../stack/folders.ts";
import { findApiKey, type KeyPlaces } from "./api-key.ts";

describe("the API key", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(() => folder.close());

  const write = async (file: string, text: string) => {
    const path = join(folder.path, file);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
    return path;
  };
  const find = (places: Partial<KeyPlaces> = {}) =>
    findApiKey({
      file: undefined,
      apiKey: undefined,
      own: { apiKeys: undefined, dataFolder: join(folder.path, "data"), root: folder.path },
      ...places,
    });
  const stackKey = (name: string) => join(secretsFolder(name), "api-keys");

  test("is the one of the file that is named, before all others", async () => {
    const file = await write("mine", "  named\n");
    expect(await find({ file, apiKey: "environment" })).toEqual({ value: "named", from: file });
  });

  test("is that of the environment, then of the service's settings, its data folder, and the deployed stack", async () => {
    const own = { apiKeys: ["settings", "second"], dataFolder: join(folder.path, "data"), root: folder.path };
    expect(await find({ apiKey: "environment", own })).toEqual({ value: "environment", from: "API_KEY" });
    expect(await find({ own })).toMatchObject({ value: "settings" });
    expect(await find()).toBeUndefined();
    await write(stackKey("gozcu"), "stack,older\n");
    expect(await find()).toMatchObject({
      value: "stack",
      from: expect.stringMatching(/^the first key of .*api-keys$/),
    });
    await write("data/api-key", "folder\n");
    expect(await find()).toEqual({ value: "folder", from: join(folder.path, "data", "api-key") });
  });

  test("is not guessed where several stacks have one", async () => {
    await write(stackKey("one"), "first");
    await write(stackKey("other"), "second");
    expect(await find()).toBeUndefined();
  });

  test("of this service is not for another", async () => {
    await write("data/api-key", "folder\n");
    expect(await find({ own: undefined })).toBeUndefined();
    expect(await find({ own: undefined, apiKey: "environment" })).toMatchObject({ value: "environment" });
  });

  test("that cannot be one is refused, and what stands there is not shown", async () => {
    const file = await write("mine", "gehe\u0001im");
    await expect(find({ file })).rejects.toThrow(`${file} holds no API key`);
    await expect(find({ file })).rejects.not.toThrow("gehe");
    await expect(find({ file: await write("empty", "\n") })).rejects.toThrow("holds no API key: it is empty");
  });

  test("that cannot be read is told of, also where none was asked for", async () => {
    await expect(find({ file: join(folder.path, "absent") })).rejects.toThrow(/absent cannot be read: .*ENOENT/);
    await mkdir(join(folder.path, "data", "api-key"), { recursive: true });
    await expect(find()).rejects.toThrow(expect.objectContaining({ exit: "noKey" }));
  });
});
