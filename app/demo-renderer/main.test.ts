import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "@jest/globals";

const main = new URL("main.ts", import.meta.url).pathname;

async function run(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args]);
  const [[code], stdout, stderr] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

test("the program tells where it listens, serves, and ends in order on SIGTERM", async () => {
  const child = spawn(process.execPath, [main, "--port", "0", "--step-ms", "1"]);
  const [line] = await once(child.stdout, "data");
  const url = /http:\S+/.exec(String(line))?.[0] ?? "";
  expect((await fetch(new URL("/system_stats", url))).status).toBe(200);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("the program explains itself, and refuses a port that is none", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--step-ms") });
  expect(await run("--port", "70000")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--port must be a whole number from 0 to 65535, not "70000"'),
  });
});
