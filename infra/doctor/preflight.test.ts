import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../e2e/keep.ts";
import { makeFolder } from "../e2e/programs.ts";
import { secretsFolder } from "../stack/folders.ts";
import { actions } from "./check.ts";
import { preflight, renderPreflight } from "./preflight.ts";
import { createTestWorld, gib, localDaemon } from "./test-site.ts";
import type { World } from "./world.ts";

describe("the preflight", () => {
  const keep = createKeep();
  const { endpoint, isLocal: _, ...info } = localDaemon;

  /** A machine that can deploy. */
  const world = (parts: Partial<World> = {}): World =>
    createTestWorld({
      docker: {
        async ask(...args) {
          if (args[0] === "info") return JSON.stringify(info);
          return args[0] === "context" ? endpoint : "";
        },
      },
      run: () => Promise.resolve({ code: 0, said: "Terraform v1.11.4\non linux_amd64\n" }),
      freeBytes: () => Promise.resolve(50 * gib),
      ask: () => Promise.resolve({ status: 200, text: "{}" }),
      ...parts,
    });
  async function makeRoot(configuration = "") {
    const { path } = keep(await makeFolder());
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "gozcu.yml"), configuration);
    return path;
  }

  test("finds nothing where all is fine", async () => {
    expect(await preflight("deploy", { world: world(), root: await makeRoot() })).toEqual([]);
  });

  test("tells everything at once, each with its mend", async () => {
    const site = {
      world: world({
        run: () => Promise.resolve({ code: undefined, said: "it is not on the PATH" }),
        freeBytes: () => Promise.resolve(gib),
        tryPort: (_address, port) => Promise.resolve(port === 3_000 ? "EADDRINUSE" : undefined),
      }),
      root: await makeRoot(),
    };
    const problems = await preflight("deploy", site);
    expect(problems.map(({ title }) => title)).toEqual(["Disk", "Ports", "Terraform"]);
    const lines = renderPreflight("deploy", problems).trimEnd().split("\n");
    expect(lines[0]).toBe("deploy was not begun, nothing has been changed:");
    expect(lines.slice(1).filter((line) => line.startsWith("  ✗ "))).toHaveLength(3);
    expect(lines.slice(1).filter((line) => line.startsWith("    → "))).toHaveLength(3);
  });

  test("names each wrong value of the configuration", async () => {
    const root = await makeRoot("publish:\n  api: nowhere\nreplicas:\n  worker: 99\n");
    const [problem] = await preflight("deploy", { world: world(), root });
    expect(problem?.title).toBe("Configuration");
    const lines = renderPreflight("deploy", problem ? [problem] : []).split("\n");
    expect(lines.slice(1, 4)).toEqual([
      "  ✗ Configuration: 2 problems",
      expect.stringMatching(/^ {6}gozcu.yml:2: publish.api must be/),
      expect.stringMatching(/^ {6}gozcu.yml:4: replicas.worker must be/),
    ]);
  });

  test("tells of a configuration that cannot be read", async () => {
    const root = await makeRoot();
    await rm(join(root, "gozcu.yml"));
    await mkdir(join(root, "gozcu.yml"));
    expect(await preflight("diff", { world: world(), root })).toMatchObject([
      { title: "Configuration", found: "gozcu.yml cannot be read: it is a folder" },
    ]);
  });

  test("tells of a secret that is spoilt, whatever is to be done", async () => {
    const root = await makeRoot();
    const folder = join(root, secretsFolder("gozcu"));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "api-keys"), "", { mode: 0o600 });
    for (const action of actions)
      expect(await preflight(action, { world: world(), root })).toMatchObject([{ title: "Secrets" }]);
  });

  test("asks less of a stack that is looked at or taken down", async () => {
    const site = { world: world({ freeBytes: () => Promise.resolve(0) }), root: await makeRoot() };
    expect(await preflight("diff", site)).toEqual([]);
    expect(await preflight("destroy", site)).toEqual([]);
    expect(await preflight("deploy", site)).toHaveLength(1);
  });
});
