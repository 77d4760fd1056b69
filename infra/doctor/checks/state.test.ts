import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { stateFile } from "../../stack/folders.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { stateCheck } from "./state.ts";

describe("the check of the state", () => {
  const keep = createKeep();

  async function makeSite(...stacks: readonly string[]) {
    const { path: root } = keep(await makeFolder());
    const lines = stacks.map((stack) => `${stack}-api-1\t${stack}\trunning\tUp 1 hour\t\n`);
    return {
      root,
      facts: createTestFacts({ root, world: { docker: { ask: () => Promise.resolve(lines.join("")) } } }),
    };
  }

  test("knows that the first deploy makes it, beside other stacks too", async () => {
    for (const stacks of [[], ["lookout"]]) {
      const { facts } = await makeSite(...stacks);
      expect(await tell(stateCheck, facts)).toMatchObject({ state: "fine", found: expect.stringContaining("first") });
    }
  });

  test("tells that a stack was deployed from elsewhere", async () => {
    const { root, facts } = await makeSite("gozcu", "lookout");
    expect(await tell(stateCheck, facts)).toEqual({
      state: "wrong",
      found: expect.stringMatching(/^the stack gozcu was deployed from elsewhere: its containers are there, and /),
      mend: "do it in that folder, copy its .gozcu/stacks/gozcu here, or choose another name",
    });
    const path = join(root, stateFile("gozcu"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "{}");
    expect(await tell(stateCheck, facts)).toEqual({ state: "fine", found: `in ${path}` });
  });
});
