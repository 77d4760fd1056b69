import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { copyTree, type TreeCopy } from "../tree-copy.ts";
import { startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { startServiceProcess } from "./service-process.ts";

const run = promisify(execFile);

/** Everything that is generated, by path. */
async function readGenerated({ path }: TreeCopy): Promise<ReadonlyMap<string, string>> {
  const folders = ["alerts/generated", "dashboards/generated"];
  const inFolders = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(path, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
    }),
  );
  const names = ["README.md", ".env.example", "prometheus.yml", ...inFolders.flat()];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), "utf8")] as const)),
  );
}

const generate = (tree: TreeCopy, ...flags: string[]) =>
  run(process.execPath, ["infra/generate.ts", ...flags], { cwd: tree.path });

describe("one number of the catalogue, changed", () => {
  const keep = createKeep();
  let tree: TreeCopy;
  let before: ReadonlyMap<string, string>;
  let after: ReadonlyMap<string, string>;

  beforeAll(async () => {
    tree = keep(await copyTree());
    before = await readGenerated(tree);
    const row = (jobs: number) => `queueSizeHigh: { metric: "dashboard_jobs_pending", above: ${jobs} }`;
    await tree.edit("app/catalogue/thresholds.ts", row(50), row(40));
    await generate(tree);
    after = await readGenerated(tree);
  });

  test("changes the rule, its tests, the panel, the runbook and the README, and nothing that has no part in it", () => {
    const changed = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
    process.stdout.write(`queue size 50 -> 40 changes:\n${changed.map((name) => `  ${name}\n`).join("")}`);
    expect(changed.sort()).toEqual([
      "README.md",
      "alerts/generated/alerting-rules.yml",
      // Health calls the queue high from the same number on.
      "alerts/generated/runbooks/QueueHealthHigh.md",
      "alerts/generated/runbooks/QueueSizeHigh.md",
      "alerts/generated/runbooks/README.md",
      "alerts/generated/tests/QueueHealthHigh.yml",
      "alerts/generated/tests/QueueSizeHigh.yml",
      "alerts/generated/tests/escalation.yml",
      "dashboards/generated/load.json",
      "dashboards/generated/overview.json",
    ]);
  });

  test("is in each of them", () => {
    expect(after.get("alerts/generated/alerting-rules.yml")).toContain("max(dashboard_jobs_pending) > 40");
    expect(after.get("README.md")).toContain("more than 40 jobs");
    expect(after.get("alerts/generated/runbooks/QueueSizeHigh.md")).toContain("more than 40 jobs");
    expect(after.get("alerts/generated/tests/QueueSizeHigh.yml")).toContain("is 41 jobs");
    expect(JSON.parse(after.get("dashboards/generated/overview.json") ?? "")).toMatchObject({
      panels: expect.arrayContaining([
        expect.objectContaining({
          title: "Queue Size",
          fieldConfig: expect.objectContaining({
            defaults: expect.objectContaining({
              thresholds: expect.objectContaining({ steps: expect.arrayContaining([{ value: 40, color: "red" }]) }),
            }),
          }),
        }),
      ]),
    });
  });

  test("is what the service calls a high queue", async () => {
    const demo = keep(await startDemoProcess({ stepMs: 60_000 }));
    const settings = { COMFYUI_URL: demo.url, WORKER_CONCURRENCY: "1" };
    const service = keep(await startServiceProcess(settings, { root: tree.path }));
    const submit = () => service.post("/api/jobs", { type: "image", prompt: "a lighthouse" });
    const reached = (pending: number, queueHealth: string) =>
      eventually(async () =>
        expect(await (await service.get("/api/health")).json()).toMatchObject({ statistics: { pending, queueHealth } }),
      );
    // One is in the worker's hand.
    await Promise.all(Array.from({ length: 41 }, submit));
    await reached(40, "good");
    await submit();
    await reached(41, "high");
    // Nobody waits for the job in hand.
    await demo.kill();
  });

  test("is current after `npm run generate`, and a generated file changed by hand is not", async () => {
    await expect(generate(tree, "--check")).resolves.toMatchObject({ stdout: "" });
    await tree.edit(
      "alerts/generated/alerting-rules.yml",
      "max(dashboard_jobs_pending) > 40",
      "max(dashboard_jobs_pending) > 45",
    );
    const line = (after.get("alerts/generated/alerting-rules.yml") ?? "")
      .split("\n")
      .findIndex((text) => text.includes("dashboard_jobs_pending) > 40"));
    await expect(generate(tree, "--check")).rejects.toMatchObject({
      code: 1,
      stdout: `alerts/generated/alerting-rules.yml:${line + 1} is not current: run npm run generate\n`,
    });
  });
});
