import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { notifications } from "../../../app/catalogue/notifications.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { findProgram } from "../programs.ts";
import { lanes } from "./faults.ts";
import { type Stack, startStack } from "./stack.ts";
import { type Fault, runStory, type Story } from "./story.ts";
import { copyScaledTree, scale, type TreeCopy } from "./tree-copy.ts";

const programs = ["prometheus", "prometheus-alertmanager", "redis-server"].map((name) => findProgram(name));
const limitMs = 600_000;
const faults = lanes.flat();

/** The detection budgets at the copy's time scale, by alert, in seconds. */
async function readBudgets(tree: TreeCopy): Promise<Readonly<Record<string, number>>> {
  const script = `
    const { detectionSeconds } = await import("./alerts/detection.ts");
    const { alerts } = await import("./app/catalogue/alerts.ts");
    console.log(JSON.stringify(Object.fromEntries(alerts.map((alert) => [alert.name, detectionSeconds(alert)]))));`;
  const flags = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: tree.path });
  return z.record(z.string(), z.number()).parse(JSON.parse(stdout));
}

(programs.includes(undefined) ? describe.skip : describe)("from the fault to the message", () => {
  const keep = createKeep();
  const stacks: Stack[] = [];
  const stories = new Map<Fault, Promise<Story>>();
  const table: string[][] = [];
  let budgets: Readonly<Record<string, number>>;

  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

  async function runLane(lane: readonly Fault[], stack: Stack): Promise<void> {
    for (const fault of lane) {
      const story = runStory(fault, stack);
      stories.set(fault, story);
      // Told by the fault's own test; the next one has its chance.
      await story.catch(() => {});
    }
  }

  beforeAll(async () => {
    const tree = keep(await copyScaledTree());
    budgets = await readBudgets(tree);
    const running: Promise<void>[] = [];
    // One start at a time: all at once would be slow enough for an alert.
    for (const lane of lanes) {
      const stack = keep(await startStack(tree));
      stacks.push(stack);
      running.push(runLane(lane, stack));
    }
    await Promise.all(running);
  }, limitMs);

  afterAll(() => {
    const head = ["fault", "alert", `budget at time scale ${scale}`, "measured"];
    process.stdout.write([head, ...table].map((cells) => `| ${cells.join(" | ")} |\n`).join(""));
  });

  test.each(faults)("$title: $alert alone reaches all four channels, and its end", async (fault) => {
    const { detectedMs, messages, ...noticed } = (await stories.get(fault)) ?? { detectedMs: Number.NaN, messages: {} };
    const budgetMs = (budgets[fault.alert] ?? Number.NaN) * 1_000;
    table.push([fault.title, fault.alert, seconds(budgetMs), seconds(detectedMs)]);
    expect(Object.keys(messages)).toEqual(["slack", "telegram", "discord", "email"]);
    for (const [channel, [firing, ...others]] of Object.entries(messages)) {
      expect({ channel, firing, others }).toEqual({
        channel,
        firing: expect.stringContaining(`[FIRING] ${fault.alert}: `),
        others: [expect.stringContaining(`[RESOLVED] ${fault.alert}: `)],
      });
      for (const words of [...fault.says, `/runbooks/${fault.alert}`, "/d/gozcu-"]) expect(firing).toContain(words);
    }
    expect(detectedMs).toBeLessThanOrEqual(budgetMs);
    expect(noticed).toMatchObject({ listed: [fault.alert], runbookStatus: 200 });
  });

  test("nothing has started a remediation that nobody has configured", async () => {
    for (const stack of stacks) expect(await stack.board()).toMatchObject({ remediations: [] });
  });

  test(
    "Alertmanager killed: the outside heartbeat notices, and the product itself",
    async () => {
      const [stack] = stacks;
      if (stack === undefined) throw new Error("there is no stack");
      await eventually(async () => expect(await stack.board()).toMatchObject({ watchdog: { alive: true } }));
      const began = Date.now();
      await stack.killAlertmanager();
      await stack.heartbeat.until("down", 60_000);
      // A beat may be due at once, and what is late is down after the heartbeat's own grace.
      const budgetMs = notifications.heartbeat.intervalSeconds * scale * 1_000 * 2.5;
      table.push(["Alertmanager killed", "(outside heartbeat)", seconds(budgetMs), seconds(Date.now() - began)]);
      await eventually(async () => expect(await stack.board()).toMatchObject({ watchdog: { alive: false } }), 60_000);
    },
    limitMs,
  );
});
