import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findFreePort, findProgram, makeFolder } from "../e2e/programs.ts";
import { plainSettings } from "./example-settings.ts";
import { defineRedis } from "./redis.ts";
import type { Health } from "./service.ts";
import { createGround, tellSecret } from "./test-ground.ts";

const installed = findProgram("redis-server") !== undefined && findProgram("redis-cli") !== undefined;
const run = promisify(execFile);
const ask = (program: string, ...args: readonly string[]) =>
  run(program, args).then(
    ({ stdout }) => ({ code: 0, said: stdout.trim() }),
    ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}`.trim() }),
  );

/** An address of this machine by which another would reach it. */
const [outside] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ family, internal }) => family === "IPv4" && !internal);

(installed ? describe : describe.skip)("the real Redis", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let server: ChildProcess;
  let port: number;
  let health: Health;
  beforeAll(async () => {
    folder = await makeFolder();
    port = await findFreePort();
    const topology = [defineRedis(plainSettings)];
    const ground = createGround(topology, { folder: folder.path, host: "0.0.0.0", real: { redis: port } });
    const { args, health: check } = await ground.settle("redis");
    health = check;
    const [program = "", ...rest] = args;
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "ignore"] });
    server = child;
    for await (const line of createInterface({ input: child.stdout })) if (line.includes("Ready to accept")) break;
    child.stdout.resume();
  });
  afterAll(async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
    await folder.close();
  });

  const asUser = (user: string, password: string, ...command: readonly string[]) =>
    ask("redis-cli", "-p", String(port), "--user", user, "--pass", password, "--no-auth-warning", "-e", ...command);

  test("answers the health check, which needs no password", async () => {
    if (!("command" in health)) throw new Error("it is asked by a command");
    const [program = "", ...args] = health.command;
    expect(await ask(program, ...args)).toEqual({ code: 0, said: "PONG" });
  });

  test.each([["GET", "key"], ["KEYS", "*"], ["CONFIG", "GET", "*"], ["ACL", "LIST"], ["INFO"], ["SHUTDOWN"]])(
    "lets the health check do nothing else (%s)",
    async (...command) => {
      const { code, said } = await asUser("health", "none", ...command);
      expect([code, said]).toEqual([1, expect.stringContaining("NOPERM")]);
    },
  );

  test("lets nobody in without a name", async () => {
    const { code, said } = await ask("redis-cli", "-p", String(port), "-e", "PING");
    expect([code, said]).toEqual([1, expect.stringContaining("NOAUTH")]);
  });

  test("lets the queue in with its password, and not with another", async () => {
    const password = tellSecret("redis-password");
    expect(await asUser("gozcu", password, "SET", "key", "value")).toEqual({ code: 0, said: "OK" });
    expect(await asUser("gozcu", password, "CONFIG", "GET", "maxmemory-policy")).toMatchObject({
      said: expect.stringContaining("noeviction"),
    });
    expect((await asUser("gozcu", "wrong", "GET", "key")).said).toMatch(/WRONGPASS|NOAUTH/);
  });

  (outside === undefined ? test.skip : test)("answers other machines too", async () => {
    const there = ["-h", outside?.address ?? "", "-p", String(port), "--user", "gozcu"];
    const password = ["--pass", tellSecret("redis-password"), "--no-auth-warning"];
    expect(await ask("redis-cli", ...there, ...password, "PING")).toEqual({ code: 0, said: "PONG" });
  });
});
