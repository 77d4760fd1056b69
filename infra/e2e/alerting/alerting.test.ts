import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { notifications } from "../../../app/catalogue/notifications.ts";
import { copyScaledTree, forgiveLateAnswers, scale, type TreeCopy } from "../../tree-copy.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { findAlertmanager, findProgram } from "../programs.ts";
import { lanes } from "./faults.ts";
import { type Stack, startStack } from "./stack.ts";
import { type Fault, runStory, type Story } from "./story.ts";

const programs = [findProgram("prometheus"), findAlertmanager(), findProgram("redis-server")];
const limitMs = 600_000;
const faults = lanes.flatMap((lane) => lane.faults);

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

  const budgetMsOf = ({ alert }: Fault) => (budgets[alert] ?? Number.NaN) * 1_000;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

  /** One fault after the other; each story is awaited by its own test. */
  function runLane(lane: readonly Fault[], stack: Stack): void {
    let before: Promise<unknown> = Promise.resolve();
    for (const fault of lane) {
      const story = before.then(() => runStory(fault, stack, budgetMsOf(fault)));
      stories.set(fault, story);
      // What has failed is told by its test; the next one has its chance.
      before = story.catch(() => {});
    }
  }

  beforeAll(async () => {
    const exact = keep(await copyScaledTree());
    const forgiving = keep(await copyScaledTree());
    await forgiveLateAnswers(forgiving);
    budgets = await readBudgets(exact);
    // One start at a time, before anything else: all at once would be slow enough for an alert.
    for (const lane of lanes) stacks.push(keep(await startStack(lane.aboutLatency ? exact : forgiving)));
    for (const [i, stack] of stacks.entries()) runLane(lanes[i]?.faults ?? [], stack);
  }, limitMs);

  afterAll(() => {
    const head = ["fault", "alert", `budget at time scale ${scale}`, "measured", "mended and told"];
    process.stdout.write([head, ...table].map((cells) => `| ${cells.join(" | ")} |\n`).join(""));
  });

  test.each(faults)(
    "$title: $alert alone reaches all four channels, and its end",
    async (fault) => {
      const story = await stories.get(fault);
      if (story === undefined) throw new Error(`nobody has tried ${fault.title}`);
      const { detectedMs, resolvedMs, messages, ...noticed } = story;
      table.push([fault.title, fault.alert, seconds(budgetMsOf(fault)), seconds(detectedMs), seconds(resolvedMs)]);
      expect(Object.keys(messages)).toEqual(["slack", "telegram", "discord", "email"]);
      for (const [channel, [firing, ...others]] of Object.entries(messages)) {
        expect({ channel, firing, others }).toEqual({
          channel,
          firing: expect.stringContaining(`[FIRING] ${fault.alert}: `),
          others: [expect.stringContaining(`[RESOLVED] ${fault.alert}: `)],
        });
        for (const words of [...fault.says, `/runbooks/${fault.alert}`, "/d/gozcu-"]) expect(firing).toContain(words);
      }
      expect(detectedMs).toBeLessThanOrEqual(budgetMsOf(fault));
      expect(noticed).toMatchObject({ listed: expect.arrayContaining([fault.alert]), runbookStatus: 200 });
    },
    limitMs,
  );

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
      const detectedMs = Date.now() - began;
      // A beat may be due at once, and what is late is down after the heartbeat's own grace.
      const budgetMs = notifications.heartbeat.intervalSeconds * scale * 1_000 * 2.5;
      table.push(["Alertmanager killed", "(outside heartbeat)", seconds(budgetMs), seconds(detectedMs), ""]);
      expect(detectedMs).toBeLessThanOrEqual(budgetMs);
      await eventually(async () => expect(await stack.board()).toMatchObject({ watchdog: { alive: false } }), 60_000);
    },
    limitMs,
  );
});
