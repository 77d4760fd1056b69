import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { secretsFolder } from "../../stack/folders.ts";
import type { GivenSecrets } from "../../stack/secrets.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { forgottenCheck } from "./forgotten.ts";

describe("the check of given secrets", () => {
  const keep = createKeep();

  async function check(kept: readonly string[], given: GivenSecrets) {
    const { path: root } = keep(await makeFolder());
    const folder = join(root, secretsFolder("gozcu"));
    await mkdir(folder, { recursive: true });
    for (const name of kept) await writeFile(join(folder, name), "secret");
    return tell(forgottenCheck, createTestFacts({ root, change: (stack) => ({ ...stack, given }) }));
  }

  test("tells of what an earlier deploy was given and this one is not, and how to do without it", async () => {
    expect(
      await check(["slack-url", "database-url", "api-keys"], { "database-url": "postgres://db.example/gozcu" }),
    ).toEqual({
      state: "wrong",
      found: "SLACK_WEBHOOK_URL: set at an earlier deploy, and not now",
      mend: "set it again, or do without it from now on: rm .gozcu/stacks/gozcu/secrets/slack-url",
    });
  });

  test("minds neither what is given again, nor what is new, nor what was made here", async () => {
    const given = { "slack-url": "https://hooks.example", "discord-url": "https://discord.example" };
    expect(await check(["slack-url", "postgres-password", "api-keys"], given)).toMatchObject({ state: "fine" });
  });
});
