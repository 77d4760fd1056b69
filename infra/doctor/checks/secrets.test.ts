import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { secretsFolder } from "../../stack/folders.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { secretsCheck } from "./secrets.ts";

describe("the check of secrets", () => {
  const keep = createKeep();

  test("knows that the first deploy makes them, and that nobody else may read them", async () => {
    const { path: root } = keep(await makeFolder());
    const facts = createTestFacts({ root });
    expect(await tell(secretsCheck, facts)).toMatchObject({
      state: "fine",
      found: expect.stringContaining("made by the first deploy"),
    });
    const folder = join(root, secretsFolder("gozcu"));
    const file = join(folder, "api-keys");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, "key", { mode: 0o600 });
    expect(await tell(secretsCheck, facts)).toEqual({ state: "fine", found: `1 in ${folder}, for you only` });
    await chmod(file, 0o644);
    expect(await tell(secretsCheck, facts)).toMatchObject({
      state: "wrong",
      found: expect.stringMatching(/^\S+api-keys holds secrets and is open to others \(mode 644\)/),
      mend: expect.stringContaining("chmod -R go= "),
    });
  });

  test("tells each that a deploy could not use, but of no draft", async () => {
    const { path: root } = keep(await makeFolder());
    const folder = join(root, secretsFolder("gozcu"));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "api-keys"), "", { mode: 0o600 });
    await symlink("/dev/null", join(folder, "redis-password"));
    await writeFile(join(folder, "alerts-token.0f-draft"), "", { mode: 0o600 });
    const { found } = (await tell(secretsCheck, createTestFacts({ root }))) ?? {};
    expect(found?.split("\n").toSorted()).toEqual([
      expect.stringContaining("api-keys is empty"),
      expect.stringContaining("redis-password cannot be read: it is a symbolic link"),
    ]);
  });
});
