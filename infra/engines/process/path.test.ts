import { mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeFolder } from "../../e2e/programs.ts";
import { findOnPath } from "./path.ts";

describe("a program on the PATH", () => {
  let root: Awaited<ReturnType<typeof makeFolder>>;
  let path: string;
  const at = (...parts: readonly string[]) => join(root.path, ...parts);
  beforeAll(async () => {
    root = await makeFolder();
    for (const folder of ["one", "two", "one/folder"]) await mkdir(at(folder));
    await symlink(process.execPath, at("two", "real"));
    await symlink(process.execPath, at("one", "second-name"));
    await writeFile(at("one", "real"), "no program", { mode: 0o644 });
    path = [at("none"), at("one"), "", at("two")].join(delimiter);
  });
  afterAll(() => root.close());

  test("is found, past a file that cannot be run", () => {
    expect(findOnPath(["real"], path)).toBe(at("two", "real"));
  });

  test("is found by its first name, wherever another name comes first", () => {
    expect(findOnPath(["real", "second-name"], path)).toBe(at("two", "real"));
    expect(findOnPath(["absent", "second-name"], path)).toBe(at("one", "second-name"));
  });

  test("is no folder, and is not looked for where the service happens to run", () => {
    expect(findOnPath(["folder"], path)).toBeUndefined();
    expect(findOnPath(["package.json"], "")).toBeUndefined();
  });
});
