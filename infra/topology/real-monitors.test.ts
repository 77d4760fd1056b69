import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { hash } from "bcryptjs";
import { z } from "zod";
import { eventually } from "../e2e/eventually.ts";
import { createKeep } from "../e2e/keep.ts";
import { findAlertmanager, findFreePort, findProgram, makeFolder } from "../e2e/programs.ts";
import { createTopology } from "../topology.ts";
import { fullSettings, plainSettings } from "./example-settings.ts";
import { createGround, tellSecret } from "./test-ground.ts";

const programs = {
  prometheus: findProgram("prometheus"),
  promtool: findProgram("promtool"),
  alertmanager: findAlertmanager(),
  amtool: findProgram("amtool"),
};
const suite = Object.values(programs).includes(undefined) ? describe.skip : describe;
const run = promisify(execFile);
/** The programs that are installed may be old; newer ones take the same. */
const old = { alertmanagerVersion: "0.25" } as const;

suite("the configuration of everything that can be asked for", () => {
  const keep = createKeep();
  let ground: ReturnType<typeof createGround>;
  beforeAll(async () => {
    const { path } = keep(await makeFolder());
    ground = createGround(createTopology({ ...fullSettings, ...old }), { folder: path });
  });
  const configIn = (args: readonly string[]) =>
    args.find((arg) => arg.startsWith("--config.file="))?.replace("--config.file=", "") ?? "";

  test("is taken by promtool, with its rules and its passwords", async () => {
    const { args } = await ground.settle("prometheus");
    const { stdout } = await run("promtool", ["check", "config", configIn(args)]);
    expect(stdout).toMatch(/2 rule files found/);
  });

  test("is taken by amtool, with its templates", async () => {
    const { args } = await ground.settle("alertmanager");
    const { stdout } = await run("amtool", ["check-config", configIn(args)]);
    expect(stdout).toMatch(/ - 1 templates\n.*SUCCESS/s);
  });
});

const TargetsSchema = z.object({
  data: z.object({ activeTargets: z.array(z.object({ scrapePool: z.string(), health: z.string() })) }),
});

suite("Prometheus and Alertmanager that are published", () => {
  const keep = createKeep();
  const password = tellSecret("monitoring-password");
  let urls: Readonly<Record<"prometheus" | "alertmanager", string>>;
  let ground: ReturnType<typeof createGround>;
  beforeAll(async () => {
    const real = { prometheus: await findFreePort(), alertmanager: await findFreePort() };
    const publish = {
      prometheus: { address: "127.0.0.1", port: real.prometheus },
      alertmanager: { address: "127.0.0.1", port: real.alertmanager },
    };
    const passwordHash = await hash(password, 4);
    ground = createGround(createTopology({ ...plainSettings, ...old, publish }), {
      folder: keep(await makeFolder()).path,
      real,
      secret: (name) => (name === "monitoring-password-hash" ? passwordHash : tellSecret(name)),
    });
    urls = {
      prometheus: `http://127.0.0.1:${real.prometheus}`,
      alertmanager: `http://127.0.0.1:${real.alertmanager}`,
    };
    for (const name of ["alertmanager", "prometheus"] as const) {
      const { args } = await ground.settle(name);
      const child = spawn(programs[name] ?? "", args, { stdio: "ignore" });
      const ended = once(child, "exit");
      keep({
        async close() {
          child.kill("SIGTERM");
          await ended;
        },
      });
      await eventually(async () => expect(await ask(name, password)).toBe(200));
    }
  });

  const authorize = (given: string) => ({ authorization: `Basic ${btoa(`gozcu:${given}`)}` });
  async function ask(name: "prometheus" | "alertmanager", given?: string): Promise<number> {
    const answer = await fetch(`${urls[name]}/-/ready`, given === undefined ? {} : { headers: authorize(given) });
    await answer.body?.cancel();
    return answer.status;
  }

  test.each(["prometheus", "alertmanager"] as const)("%s lets nobody in without the password", async (name) => {
    expect([await ask(name), await ask(name, "wrong"), await ask(name, password)]).toEqual([401, 401, 200]);
  });

  test("let each other and the health check in", async () => {
    await eventually(async () => {
      const answer = await fetch(`${urls.prometheus}/api/v1/targets`, { headers: authorize(password) });
      const { activeTargets } = TargetsSchema.parse(await answer.json()).data;
      const health = Object.fromEntries(activeTargets.map((target) => [target.scrapePool, target.health]));
      expect(health).toMatchObject({ prometheus: "up", alertmanager: "up" });
    }, 40_000);
    const { health } = ground.run("alertmanager");
    if (!("command" in health)) throw new Error("what is guarded is asked by a command");
    const [program = "", ...args] = health.command;
    expect((await run(program, args)).stdout).toContain("disabled");
  });

  test("let the health check in by its password only", async () => {
    const { health } = ground.run("alertmanager");
    const command = "command" in health ? health.command : [];
    const bare = command.filter((arg) => !arg.startsWith("--http.config.file="));
    expect(bare).toHaveLength(command.length - 1);
    await expect(run(bare[0] ?? "", bare.slice(1))).rejects.toMatchObject({ code: 1 });
  });
});
