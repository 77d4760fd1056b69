import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../e2e/keep.ts";
import { makeFolder } from "../e2e/programs.ts";
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
    expect(problem?.found).toContain("publish.api");
    expect(problem?.found).toContain("replicas.worker");
  });

  test("asks less of a stack that is looked at or taken down", async () => {
    const site = { world: world({ freeBytes: () => Promise.resolve(0) }), root: await makeRoot() };
    expect(await preflight("diff", site)).toEqual([]);
    expect(await preflight("destroy", site)).toEqual([]);
    expect(await preflight("deploy", site)).toHaveLength(1);
  });
});
