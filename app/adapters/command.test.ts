import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { eventually } from "../../infra/e2e/eventually.ts";
import { type CommandOptions, runCommand } from "./command.ts";

const env = { PATH: "/usr/bin:/bin" };
const never = new AbortController().signal;
const run = (command: string, more: Partial<CommandOptions> = {}) =>
  runCommand({ command, env, timeoutSeconds: 30, outputCharacters: 2_000, signal: never, ...more });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const gone = (pid: number) => eventually(async () => expect(isAlive(pid)).toBe(false));

test("a command that ends with 0 has succeeded, and both its outputs are kept", async () => {
  const { failure, output } = await run("echo to the one; echo to the other >&2");
  expect(failure).toBeUndefined();
  expect(output.split("\n").toSorted()).toEqual(["", "to the one", "to the other"]);
});

test.each([
  ["exit 3", "ended with exit code 3"],
  ["no-such-program", "ended with exit code 127"],
  ["kill -TERM $$", "was ended by SIGTERM"],
  ["if", "ended with exit code 2"],
])("`%s` %s", async (command, failure) => {
  expect(await run(command)).toMatchObject({ failure });
});

test("several lines run to the end, even where one of them reads its input", async () => {
  expect(await run("echo first # a comment\ncat\necho last")).toEqual({ output: "first\nlast\n" });
});

test("the command is not among the process's arguments", async () => {
  const { output } = await run(`tr '\\0' ' ' < /proc/$$/cmdline # secret-in-the-command`);
  expect(output.trim()).toBe("/bin/sh -s");
});

test("the command sees no environment but what it is given", async () => {
  const { output } = await run("env", { env: { PATH: "/usr/bin:/bin", HOME: "/somewhere" } });
  const ofTheShell = /^(PWD|OLDPWD|SHLVL|_)=/;
  const seen = output.split("\n").filter((line) => line !== "" && !ofTheShell.test(line));
  expect(seen.toSorted()).toEqual(["HOME=/somewhere", "PATH=/usr/bin:/bin"]);
});

test("only the end of a long output is kept, as text that can be kept", async () => {
  const { output } = await run("yes x | head -c 500000; printf 'the\\0end'", { outputCharacters: 20 });
  expect(output).toBe(`${"\nx".repeat(6)}\nthe\ufffdend`);
});

test("at the timeout the whole group is killed, and what it wrote until then is told", async () => {
  const { failure, output } = await run("sleep 1000 & echo $!; echo $$; wait", { timeoutSeconds: 0.5 });
  expect(failure).toBe("took longer than 0.5 s and was killed");
  const pids = output.trim().split("\n").map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await gone(pid);
});

test("the signal kills the whole group", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-command-"));
  const file = join(folder, "pid");
  const stop = new AbortController();
  const running = run(`sleep 1000 & echo $! > ${file}; wait`, { signal: stop.signal });
  const pid = await eventually(async () => {
    const text = await readFile(file, "utf8");
    expect(text).toMatch(/^\d+\n$/);
    return Number(text);
  });
  stop.abort();
  expect(await running).toEqual({ failure: "was stopped with the service", output: "" });
  await gone(pid);
  await rm(folder, { recursive: true });
});

test("after the signal nothing is begun", async () => {
  expect(await run("echo begun", { signal: AbortSignal.abort() })).toEqual({
    failure: "was stopped before it began",
    output: "",
  });
});

test("what the command leaves running is not waited for, and goes on", async () => {
  const { failure, output } = await run("sleep 1000 & echo $!");
  expect(failure).toBeUndefined();
  const pid = Number(output);
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
});
