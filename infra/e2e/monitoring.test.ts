import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { findAlertmanager, findFreePort, findProgram, makeFolder, startPostgres } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

const installed = findProgram("prometheus") !== undefined && findAlertmanager() !== undefined;
const withPrograms = installed ? test : test.skip;
const silenceMain = fileURLToPath(new URL("../silence.ts", import.meta.url));
const names = ["prometheus", "alertmanager"] as const;

const run = promisify(execFile);

const TargetsSchema = z.object({
  data: z.object({ activeTargets: z.array(z.object({ scrapeUrl: z.string(), health: z.string() })) }),
});

/** Whether a process works: one that is dead and that nobody has collected has no command line any more. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || (await readFile(`/proc/${pid}/cmdline`, "utf8")) !== "";
  } catch {
    return false;
  }
}

describe("npm start", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let ports: readonly [prometheus: number, alertmanager: number];
  let service: ServiceProcess | undefined;
  beforeEach(async () => {
    folder = await makeFolder();
    ports = [await findFreePort(), await findFreePort()];
  });
  afterEach(async () => {
    await service?.close();
    await folder.close();
  });

  async function start(settings: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const [prometheus, alertmanager] = ports.map(String);
    service = await startServiceProcess({
      DATA_DIR: folder.path,
      START_MONITORING: "true",
      PROMETHEUS_PORT: prometheus ?? "",
      ALERTMANAGER_PORT: alertmanager ?? "",
      ...settings,
    });
    return service;
  }
  const told = (running: ServiceProcess) => running.messages().filter((message) => message.startsWith("alerts: "));
  const readPids = () =>
    Promise.all(names.map(async (name) => Number.parseInt(await readFile(join(folder.path, name, "pid"), "utf8"), 10)));
  const expectReady = () =>
    eventually(async () => {
      for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/-/ready`)).status).toBe(200);
    });

  withPrograms("starts Prometheus, which finds the service, and Alertmanager; SIGTERM stops all of it", async () => {
    const running = await start();
    await eventually(() => expect(told(running)).toHaveLength(2));
    expect(told(running)).toEqual([
      `alerts: Prometheus http://127.0.0.1:${ports[0]}, Alertmanager http://127.0.0.1:${ports[1]}`,
      expect.stringContaining("nobody is told: set SLACK_WEBHOOK_URL"),
    ]);
    await expectReady();
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${ports[0]}/api/v1/targets`);
      const { activeTargets } = TargetsSchema.parse(await answer.json()).data;
      const health = Object.fromEntries(activeTargets.map((target) => [target.scrapeUrl, target.health]));
      expect(health).toMatchObject({ [`${running.url}/metrics`]: "up", [running.metricsUrl]: "up" });
    }, 40_000);

    const pids = await readPids();
    expect(await running.stop()).toBe(0);
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
  });

  withPrograms("after kill -9 stops what was left running, and has its ports and data again", async () => {
    const running = await start();
    await eventually(() => expect(told(running)).toHaveLength(2));
    const before = await readPids();
    await running.kill();
    expect(await Promise.all(before.map(isAlive))).toEqual([true, true]);

    await running.restart();
    await eventually(() => expect(told(running)).toHaveLength(4));
    expect(told(running).slice(2)).toEqual(told(running).slice(0, 2));
    expect(await Promise.all(before.map(isAlive))).toEqual([false, false]);
    await expectReady();
    const after = await readPids();
    expect(await running.stop()).toBe(0);
    for (const pid of after) expect(await isAlive(pid)).toBe(false);
  });

  withPrograms("tells npm run silence where its Alertmanager is, on whatever port", async () => {
    const running = await start({ ALERTMANAGER_PORT: "0" });
    await eventually(() => expect(told(running)).toHaveLength(2));
    const [, url] = /Alertmanager (http:\S+)/.exec(told(running)[0] ?? "") ?? [];
    const env = { ...process.env, DATA_DIR: folder.path };
    expect(await run(process.execPath, [silenceMain, "--list"], { env })).toEqual({
      stdout: "nothing is silenced\n",
      stderr: `silence: Alertmanager ${url}\n`,
    });
    expect(await running.stop()).toBe(0);
  });

  test("says in one line how to get them where they are missing, and works without", async () => {
    // The embedded Postgres may need programs of the PATH.
    const database = await startPostgres();
    const running = await start({ PATH: folder.path, DATABASE_URL: database.url });
    await eventually(() => expect(told(running)).toHaveLength(1));
    expect(told(running)[0]).toMatch(/off: Prometheus and Alertmanager are not on the PATH .*apt-get install/);
    expect((await running.get("/readyz")).status).toBe(200);
    expect(await running.stop()).toBe(0);
    await database.close();
  });

  test("does not start them when told so, and does not speak of them", async () => {
    const running = await start({ START_MONITORING: "false" });
    expect(await running.stop()).toBe(0);
    expect(told(running)).toEqual([]);
    await expect(readPids()).rejects.toThrow("ENOENT");
  });
});
