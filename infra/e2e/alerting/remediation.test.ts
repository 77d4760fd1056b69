import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { limits } from "../../../app/catalogue/limits.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { findProgram } from "../programs.ts";
import { type Stack, startStack } from "./stack.ts";
import { copyScaledTree, scale, type TreeCopy } from "./tree-copy.ts";

const programs = ["prometheus", "prometheus-alertmanager", "redis-server"].map((name) => findProgram(name));
const limitMs = 300_000;
const patienceMs = 120_000;
const demoMain = fileURLToPath(new URL("../../../app/demo-renderer/main.ts", import.meta.url));

/** Until each channel has a message with these words. */
async function told(stack: Stack, words: string): Promise<void> {
  await eventually(() => {
    for (const { name, received } of stack.channels.all) {
      const texts = received().map(({ text }) => text);
      expect({ name, texts }).toEqual({ name, texts: expect.arrayContaining([expect.stringContaining(words)]) });
    }
  }, patienceMs);
}

(programs.includes(undefined) ? describe.skip : describe)("a remediation", () => {
  const keep = createKeep();
  let tree: TreeCopy;
  let folder: string;
  const started: number[] = [];

  beforeAll(async () => {
    tree = keep(await copyScaledTree());
    folder = await mkdtemp(join(tmpdir(), "gozcu-remediation-"));
  });
  afterAll(async () => {
    for (const pid of started) process.kill(pid, "SIGTERM");
    await rm(folder, { recursive: true });
  });

  test(
    "restarts ComfyUI that is gone, tells of it, and does so again only after its pause",
    async () => {
      const portFile = join(folder, "port");
      const command = `node='${process.execPath}'; port=$(cat '${portFile}')
"$node" '${demoMain}' --port "$port" --step-ms 5 >/dev/null 2>&1 & echo $! >>'${folder}/pids'; echo "restarted on $port"`;
      const stack = keep(await startStack(tree, { REMEDIATION_COMFYUI_COMMAND: command }));
      const { port } = new URL(stack.demo.url);
      await writeFile(portFile, port);
      const up = () =>
        eventually(async () => {
          expect(await (await stack.api.get("/api/health")).json()).toMatchObject({
            services: { comfyui: { status: "up" } },
          });
        }, patienceMs);
      const pids = async () => (await readFile(join(folder, "pids"), "utf8")).trim().split("\n").map(Number);

      await stack.demo.kill();
      await told(stack, "[FIRING] RemediationRan: ");
      await up();
      started.push(...(await pids()));
      expect((await stack.board()).remediations).toMatchObject([
        { outcome: "succeeded", reason: null, output: `restarted on ${port}\n` },
      ]);

      // Gone again while the pause lasts.
      process.kill(started.pop() ?? 0, "SIGKILL");
      await eventually(async () => expect((await stack.board()).remediations).toHaveLength(2), patienceMs);
      await up();
      started.push(...(await pids()).slice(1));
      const [second, first] = (await stack.board()).remediations ?? [];
      const pauseMs = (second?.startedAt.getTime() ?? 0) - (first?.startedAt.getTime() ?? 0);
      expect(pauseMs).toBeGreaterThanOrEqual(limits.remediationPauseSeconds * scale * 1_000);
    },
    limitMs,
  );

  test(
    "that fails is recorded with what it wrote, and told",
    async () => {
      const command = "echo 'no such unit: comfyui' >&2; exit 3";
      const stack = keep(await startStack(tree, { REMEDIATION_COMFYUI_COMMAND: command }));
      await stack.demo.kill();
      await told(stack, "[FIRING] ComfyuiDown: ");
      await told(stack, "[FIRING] RemediationFailed: ");
      const [attempt] = (await stack.board()).remediations ?? [];
      expect(attempt).toMatchObject({ outcome: "failed", output: "no such unit: comfyui\n" });
      expect(attempt?.reason).toContain("3");
    },
    limitMs,
  );

  test(
    "is not to be had by a forged report",
    async () => {
      const stack = keep(await startStack(tree, { REMEDIATION_COMFYUI_COMMAND: `touch '${join(folder, "forged")}'` }));
      const alert = {
        status: "firing",
        labels: { alertname: "ComfyuiDown" },
        annotations: {},
        startsAt: new Date().toISOString(),
        fingerprint: "0123456789abcdef",
      };
      const forged = await stack.api.post(
        "/api/alerts",
        { version: "4", alerts: [alert] },
        { Authorization: "Bearer a-guess" },
      );
      expect(forged.status).toBe(401);
      expect(await stack.board()).toMatchObject({ alerts: [], remediations: [] });
      await expect(readFile(join(folder, "forged"))).rejects.toMatchObject({ code: "ENOENT" });
    },
    limitMs,
  );
});
