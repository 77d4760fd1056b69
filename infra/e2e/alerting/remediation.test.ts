import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { limits } from "../../../app/catalogue/limits.ts";
import { copyScaledTree, scale } from "../../tree-copy.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { findAlertmanager, findProgram, makeFolder } from "../programs.ts";
import { type Stack, startStack } from "./stack.ts";

const programs = [findProgram("prometheus"), findAlertmanager(), findProgram("redis-server")];
const limitMs = 300_000;
const patienceMs = 120_000;
const demoMain = fileURLToPath(new URL("../../../app/demo-renderer/main.ts", import.meta.url));

/** Until each channel has been told exactly this of the alert, in this order. */
async function told(stack: Stack, alert: string, states: readonly string[]): Promise<void> {
  const pattern = new RegExp(`\\[(FIRING|RESOLVED)\\] ${alert}: `);
  await eventually(() => {
    for (const { name, received } of stack.channels.all) {
      const told = received().flatMap(({ text }) => pattern.exec(text)?.[1] ?? []);
      expect({ name, told }).toEqual({ name, told: states });
    }
  }, patienceMs);
}

(programs.includes(undefined) ? describe.skip : describe)("a remediation", () => {
  const keep = createKeep();
  let folder: string;
  let mended: Stack;
  let failing: Stack;

  /** The renderers that the command has started, the last of which may run. */
  async function restarted(): Promise<readonly number[]> {
    const text = await readFile(join(folder, "pids"), "utf8").catch(() => "");
    return text.split("\n").filter(Boolean).map(Number);
  }
  async function stopRestarted(): Promise<void> {
    const pid = (await restarted()).at(-1);
    try {
      if (pid !== undefined) process.kill(pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  }

  beforeAll(async () => {
    const tree = keep(await copyScaledTree());
    const room = keep(await makeFolder());
    folder = room.path;
    keep({ close: stopRestarted });
    const restart = `node='${process.execPath}'; port=$(cat '${folder}/port'); echo "restarted on $port"
"$node" '${demoMain}' --port "$port" --step-ms 5 >/dev/null & echo $! >>'${folder}/pids'`;
    const fail = `touch '${folder}/failed'; echo 'no such unit: comfyui' >&2; exit 3`;
    const start = async (command: string) => keep(await startStack(tree, { REMEDIATION_COMFYUI_COMMAND: command }));
    const starting = [start(restart), start(fail)] as const;
    // When one fails, the other is to be there before all is closed.
    await Promise.allSettled(starting);
    [mended, failing] = await Promise.all(starting);
  }, limitMs);

  test(
    "is not to be had by a forged report",
    async () => {
      const alert = {
        status: "firing",
        labels: { alertname: "ComfyuiDown" },
        annotations: {},
        startsAt: new Date().toISOString(),
        fingerprint: "0123456789abcdef",
      };
      const guess = { Authorization: "Bearer a-guess" };
      const forged = await failing.api.post("/api/alerts", { version: "4", alerts: [alert] }, guess);
      expect(forged.status).toBe(401);
      const { alerts, remediations } = await failing.board();
      expect(alerts).not.toContainEqual({ name: "ComfyuiDown" });
      expect(remediations).toEqual([]);
      await expect(readFile(join(folder, "failed"))).rejects.toMatchObject({ code: "ENOENT" });
    },
    limitMs,
  );

  test(
    "that fails is recorded with what it wrote, and told",
    async () => {
      await failing.demo.kill();
      await told(failing, "ComfyuiDown", ["FIRING"]);
      await told(failing, "RemediationFailed", ["FIRING"]);
      const attempt = (await failing.board()).remediations?.at(-1);
      expect(attempt).toMatchObject({ outcome: "failed", output: "no such unit: comfyui\n" });
      expect(attempt?.reason).toContain("3");
    },
    limitMs,
  );

  test(
    "restarts ComfyUI that is gone, does so again only after its pause, and tells of each time",
    async () => {
      const { port } = new URL(mended.demo.url);
      await writeFile(join(folder, "port"), port);
      const attempts = async () => (await mended.board()).remediations ?? [];
      const up = () =>
        eventually(async () => {
          expect(await (await mended.api.get("/api/health")).json()).toMatchObject({
            services: { comfyui: { status: "up" } },
          });
        }, patienceMs);
      const startedAgain = () => eventually(async () => expect(await restarted()).toHaveLength(2), patienceMs);

      await mended.demo.kill();
      await told(mended, "RemediationRan", ["FIRING"]);
      await up();
      expect(await attempts()).toMatchObject([
        { outcome: "succeeded", reason: null, output: `restarted on ${port}\n` },
      ]);

      // Gone again while the pause lasts.
      const [first] = await restarted();
      process.kill(first ?? Number.NaN, "SIGKILL");
      await startedAgain();
      await up();
      await told(mended, "RemediationRan", ["FIRING", "RESOLVED", "FIRING", "RESOLVED"]);
      const [later, earlier, ...others] = await attempts();
      expect([earlier?.outcome, later?.outcome, others]).toEqual(["succeeded", "succeeded", []]);
      const pauseMs = (later?.startedAt.getTime() ?? 0) - (earlier?.startedAt.getTime() ?? 0);
      expect(pauseMs).toBeGreaterThanOrEqual(limits.remediationPauseSeconds * scale * 1_000);
    },
    limitMs,
  );
});
