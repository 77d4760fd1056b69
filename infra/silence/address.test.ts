import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { links } from "../../app/catalogue/links.ts";
import { makeFolder } from "../e2e/programs.ts";
import { findAddress } from "./address.ts";

describe("the Alertmanager to tell", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let file: string;
  beforeEach(async () => {
    folder = await makeFolder();
    await mkdir(join(folder.path, "alertmanager"));
    file = join(folder.path, "alertmanager", "url");
  });
  afterEach(() => folder.close());

  test("is the one that runs on the data folder", async () => {
    await writeFile(file, "http://127.0.0.1:40001\n");
    expect(await findAddress(folder.path)).toBe("http://127.0.0.1:40001");
  });

  test("is at the catalogue's address where none runs", async () => {
    expect(await findAddress(folder.path)).toBe(links.alertmanager);
    expect(await findAddress(join(folder.path, "absent"))).toBe(links.alertmanager);
  });

  test("is not guessed where the file cannot be read", async () => {
    await mkdir(file);
    await expect(findAddress(folder.path)).rejects.toThrow(
      /cannot read in .*url where .* name its address with --url$/,
    );
  });
});
