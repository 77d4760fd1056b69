import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, stat, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readConfig } from "../../../app/config.ts";
import { eventually } from "../../e2e/eventually.ts";
import { findAlertmanager, findProgram, makeFolder } from "../../e2e/programs.ts";
import { createMonitorTopology, type FoundMonitors } from "./monitor-topology.ts";
import { type Monitoring, startMonitoring } from "./monitoring.ts";
import type { MonitorName } from "./monitors.ts";
import { giveOtherFiles } from "./other-files.ts";
import { renderOutcome } from "./outcome.ts";

const programs = {
  prometheus: findProgram("prometheus"),
  alertmanager: findAlertmanager(),
};
const topology = createMonitorTopology({
  config: readConfig({}),
  role: "all",
  service: { url: "http://127.0.0.1:1", metricsUrl: undefined, alertsToken: "a token" },
});
const suite = programs.prometheus === undefined || programs.alertmanager === undefined ? describe.skip : describe;

suite("the monitoring that is started along", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let told: string[];
  let monitoring: Monitoring | undefined;
  const at = (...parts: readonly string[]) => join(folder.path, ...parts);
  beforeEach(async () => {
    folder = await makeFolder();
    told = [];
  });
  afterEach(async () => {
    await monitoring?.close();
    await folder.close();
  });

  async function start(options: Partial<Parameters<typeof startMonitoring>[0]> = {}): Promise<Monitoring> {
    monitoring = await startMonitoring({
      folder: folder.path,
      env: { PATH: process.env.PATH ?? "" },
      ports: { prometheus: 0, alertmanager: 0 },
      topology,
      log: (_level, message) => told.push(message),
      signal: new AbortController().signal,
      ...options,
    });
    return monitoring;
  }
  function urlOf({ outcome }: Monitoring, name: MonitorName): string {
    const one = outcome[name];
    if (one.state !== "running") throw new Error(`${name} does not run: ${JSON.stringify(one)}`);
    return one.url;
  }
  const readPid = async (name: MonitorName) => Number.parseInt(await readFile(at(name, "pid"), "utf8"), 10);

  test("is ready, knows its own address, and is gone after close", async () => {
    const running = await start();
    for (const name of ["prometheus", "alertmanager"] as const) {
      const url = urlOf(running, name);
      expect((await fetch(`${url}/-/ready`)).status).toBe(200);
      expect(await readFile(at(name, "pid"), "utf8")).toContain(`--web.external-url=${url}`);
      expect(await readFile(at(name, "url"), "utf8")).toBe(`${url}\n`);
    }
    const pids = [await readPid("prometheus"), await readPid("alertmanager")];
    await running.close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    for (const name of ["prometheus", "alertmanager"]) expect(existsSync(at(name, "url"))).toBe(false);
    expect(told).toEqual([]);
  });

  test("keeps its files, which hold secrets, for their owner alone, and none of an earlier start", async () => {
    await (await start({ topology: giveOtherFiles(topology, "alertmanager", { "slack-url": "secret" }) })).close();
    for (const name of ["slack-url", "alertmanager.yml"])
      expect((await stat(at("alertmanager", "config", name))).mode & 0o777).toBe(0o600);
    for (const name of ["prometheus", "alertmanager"]) expect((await stat(at(name))).mode & 0o777).toBe(0o700);
    await start();
    expect(await readdir(at("alertmanager", "config"))).toEqual(["alertmanager.yml", "alerts-token", "gozcu.tmpl"]);
  });

  test("takes another port where the wanted one is in use, and says so", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const running = await start({ ports: { prometheus: port, alertmanager: 0 } });
    expect(running.outcome).toMatchObject({ prometheus: { refusedPort: port }, alertmanager: { state: "running" } });
    expect(running.outcome.alertmanager).not.toHaveProperty("refusedPort");
    expect((await fetch(`${urlOf(running, "prometheus")}/-/ready`)).status).toBe(200);
    other.close();
  });

  test("tells each where the other is, and which version there is", async () => {
    const seen: FoundMonitors[] = [];
    const define = (found: FoundMonitors) => {
      seen.push(found);
      return topology.define(found);
    };
    const both = await start({ topology: { ...topology, define } });
    const version = expect.stringMatching(/^\d+\.\d+\.\d+$/);
    const urls = { prometheus: urlOf(both, "prometheus"), alertmanager: urlOf(both, "alertmanager") };
    expect(seen).toEqual([
      { prometheus: { url: urls.prometheus, version }, alertmanager: { url: urls.alertmanager, version } },
    ]);
    const config = await readFile(at("prometheus", "config", "prometheus.yml"), "utf8");
    for (const url of Object.values(urls)) expect(config).toContain(new URL(url).host);
  });

  test("goes without one that is not on the PATH", async () => {
    await mkdir(at("bin"));
    await symlink(programs.prometheus ?? "", at("bin", "prometheus"));
    const { outcome } = await start({ env: { PATH: at("bin") } });
    expect(outcome).toMatchObject({ prometheus: { state: "running" }, alertmanager: { state: "missing" } });
    expect(existsSync(at("alertmanager"))).toBe(false);
  });

  test("goes without one that does not take its files, and tells its own words and where there are more", async () => {
    const { outcome } = await start({
      topology: giveOtherFiles(topology, "alertmanager", { "alertmanager.yml": "route: { receiver: absent }" }),
    });
    expect(outcome).toMatchObject({ prometheus: { state: "running" }, alertmanager: { state: "failed" } });
    const [, line = ""] = renderOutcome(outcome);
    expect(line).toMatch(
      /^off: Alertmanager ended with exit code 1 before it was ready: .*absent.* \(see .*output\.log\)$/,
    );
  });

  test("is told of once when it dies, and not when it is closed", async () => {
    const running = await start();
    process.kill(await readPid("prometheus"), "SIGKILL");
    await eventually(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatch(/^Prometheus was ended by SIGKILL; alerts are off .*prometheus\/output\.log\)$/);
    await running.close();
    expect(told).toHaveLength(1);
  });

  test("belongs to one gozcu at a time", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/another gozcu \(process \d+\) runs on .*prometheus/);
    expect((await fetch(`${urlOf(first, "prometheus")}/-/ready`)).status).toBe(200);
  });

  test("lets go of its folders when one of them cannot be made ready", async () => {
    await mkdir(at("alertmanager", "url"), { recursive: true });
    await expect(start()).rejects.toThrow(/url/);
    await rmdir(at("alertmanager", "url"));
    expect((await start()).outcome.alertmanager).toMatchObject({ state: "running" });
  });

  test("does not begin when it is given up before", async () => {
    const { outcome } = await start({ signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ prometheus: { state: "failed" }, alertmanager: { state: "failed" } });
    expect(existsSync(at("prometheus", "pid"))).toBe(false);
  });
});
