import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { startAlertProduct } from "./alert-product.ts";
import { type Alertmanager, startAlertmanager } from "./alertmanager.ts";
import type { Channel } from "./channels/channel.ts";
import { type Heartbeat, startHeartbeat } from "./channels/heartbeat.ts";
import { startSlack } from "./channels/slack.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findAlertmanager, findFreePort } from "./programs.ts";

const main = fileURLToPath(new URL("../silence.ts", import.meta.url));

async function silence(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, out, err };
}

describe("npm run silence", () => {
  test("explains itself", async () => {
    expect(await silence("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--for"), err: "" });
  });

  test("ends with 2 and says what is allowed for a command that is wrong", async () => {
    const { code, out, err } = await silence("--for", "long", "--reason", "x");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^silence: .*90m, 2h, 1h30m or 1d/);
  });

  test("ends with 69 and says what to do where no Alertmanager answers", async () => {
    const { code, err } = await silence("--list", "--url", `http://127.0.0.1:${await findFreePort()}`);
    expect(code).toBe(69);
    expect(err).toMatch(/^silence: Alertmanager does not answer at http.*: start it, or name its address with --url/m);
  });
});

const program = findAlertmanager();
(program === undefined ? describe.skip : describe)("npm run silence with a real Alertmanager", () => {
  const keep = createKeep();
  let slack: Channel;
  let heartbeat: Heartbeat;
  let alertmanager: Alertmanager;

  beforeAll(async () => {
    const channel = keep(await startSlack());
    slack = channel;
    heartbeat = keep(await startHeartbeat({ periodMs: 60_000, graceMs: 60_000 }));
    const product = keep(await startAlertProduct());
    alertmanager = keep(
      await startAlertmanager(program ?? "", {
        channels: { slack: { url: channel.url } },
        productUrl: product.url,
        deadmanUrl: heartbeat.url,
        scale: 1 / 60,
      }),
    );
  });
  const ask = (...args: readonly string[]) => silence("--url", alertmanager.url, ...args);
  /** What it says of whom it tells. */
  const asked = () => `silence: Alertmanager ${alertmanager.url}\n`;
  const told = () => slack.received().map(({ text }) => /\[FIRING\] (\w+)/.exec(text)?.[1]);

  async function begin(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await ask("--for", "1h", "--reason", "new disks", ...args);
    expect({ code, err }).toEqual({ code: 0, err: asked() });
    const [, id = "", until = ""] = /^(\S+) until (\S+)\n$/.exec(out) ?? [];
    expect(Math.abs(Date.parse(until) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    return id;
  }

  async function end(id: string): Promise<void> {
    expect(await ask("--end", id)).toEqual({ code: 0, out: `${id} has ended\n`, err: asked() });
  }

  async function fire(...names: readonly string[]): Promise<void> {
    await alertmanager.post(...names.map((alertname) => ({ labels: { alertname, severity: "critical" } })));
  }

  test("lets nothing through but the Watchdog, until it is ended", async () => {
    const id = await begin("--by", "Ada");
    await fire("ComfyuiDown", "Watchdog");
    await eventually(() => expect(heartbeat.received().length).toBeGreaterThan(2));
    expect(told()).toEqual([]);
    expect(await ask("--list")).toMatchObject({ code: 0, out: expect.stringMatching(`^${id} .*Ada: new disks\n$`) });
    await end(id);
    await eventually(() => expect(told()).toEqual(["ComfyuiDown"]));
    expect(await ask("--list")).toEqual({ code: 0, out: "nothing is silenced\n", err: asked() });
  });

  test("silences only the alerts that are named", async () => {
    const id = await begin("--alert", "DatabaseDown", "--alert", "QueueSizeHigh");
    await fire("DatabaseDown", "QueueSizeHigh", "TargetDown");
    await eventually(() => expect(told()).toEqual(["ComfyuiDown", "TargetDown"]));
    await end(id);
    await eventually(() => expect(told()).toEqual(["ComfyuiDown", "TargetDown", "DatabaseDown"]));
  });

  test("says when there is no such silence to end", async () => {
    const { code, err } = await ask("--end", "00000000-0000-4000-8000-000000000000");
    expect(code).toBe(1);
    expect(err).toMatch(/there is no silence 0000.* --list shows those there are/);
  });

  test("says when something else answers", async () => {
    const { code, err } = await silence("--list", "--url", new URL(heartbeat.url).origin);
    expect(code).toBe(69);
    expect(err).toMatch(/is not Alertmanager \(status 404\)/);
  });
});
