import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../../e2e/keep.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { secretsFolder } from "../../stack/folders.ts";
import type { Stack } from "../../stack/stack.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { dataCheck } from "./data.ts";

describe("the check of data", () => {
  const keep = createKeep();

  async function check(options: {
    readonly volumes: readonly string[];
    readonly secrets?: readonly string[];
    readonly change?: (stack: Stack) => Stack;
  }) {
    const { volumes, secrets = [], ...others } = options;
    const { path: root } = keep(await makeFolder());
    const folder = join(root, secretsFolder("gozcu"));
    await mkdir(folder, { recursive: true });
    for (const name of secrets) await writeFile(join(folder, name), "secret");
    const docker = { ask: () => Promise.resolve(`${volumes.join("\n")}\n`) };
    return tell(dataCheck, createTestFacts({ root, world: { docker }, ...others }));
  }

  test("tells of data whose password is lost, and how to go on", async () => {
    const volumes = ["gozcu-postgres-data", "gozcu-grafana-data", "gozcu-prometheus-data"];
    expect(await check({ volumes, secrets: ["grafana-password"] })).toEqual({
      state: "wrong",
      found: "gozcu-postgres-data: the password is not here",
      mend: "put .gozcu/stacks/gozcu/secrets back, or delete the data: docker volume rm gozcu-postgres-data",
    });
    expect(await check({ volumes, secrets: ["grafana-password", "postgres-password"] })).toMatchObject({
      state: "fine",
    });
  });

  test("does not mind data that no password opens, or that is another stack's", async () => {
    const volumes = ["gozcu-prometheus-data", "lookout-postgres-data", "gozcu-postgres-data-copy"];
    expect(await check({ volumes })).toMatchObject({ state: "fine", found: "none that a password opens" });
  });

  test("leaves a database from elsewhere to its owner", async () => {
    const change = (stack: Stack): Stack => ({
      ...stack,
      topology: { ...stack.topology, external: new Set(["postgres"]) },
    });
    expect(await check({ volumes: ["gozcu-postgres-data"], change })).toMatchObject({ state: "fine" });
  });
});
