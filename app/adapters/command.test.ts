import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
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

/** The pids on a line. To a signal an empty text would be 0, which is everybody in our own group. */
function readPids(text: string): readonly number[] {
  expect(text).toMatch(/^[1-9]\d*( [1-9]\d*)*\n$/);
  return text.split(" ").map(Number);
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
  const { failure, output } = await run("sleep 1000 & echo $! $$; wait", { timeoutSeconds: 0.5 });
  expect(failure).toBe("took longer than 0.5 s and was killed");
  const pids = readPids(output);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await gone(pid);
});

test("the signal kills the whole group", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-command-"));
  const file = join(folder, "pid");
  const stop = new AbortController();
  const running = run(`sleep 1000 & echo $! > ${file}; wait`, { signal: stop.signal });
  const [pid = Number.NaN] = await eventually(async () => readPids(await readFile(file, "utf8")));
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
  const [pid = Number.NaN] = readPids(output);
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
});

/** A process of its own that runs the command, says how that ended, and ends when nothing keeps it. */
function startOther(command: string) {
  const script = `
    const { runCommand } = await import(${JSON.stringify(new URL("command.ts", import.meta.url))});
    const options = ${JSON.stringify({ command, env, timeoutSeconds: 30, outputCharacters: 2_000 })};
    const result = await runCommand({ ...options, signal: new AbortController().signal });
    process.stdout.write(JSON.stringify(result));`;
  return spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
}

test("what the command leaves running goes on to write when the process that ran it has ended", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-command-"));
  const file = join(folder, "turns");
  const other = startOther(
    `(while :; do echo turn && echo turn >>'${file}'; sleep 0.02; done) & echo $! >'${file}.pid'`,
  );
  const [result] = await once(other.stdout, "data");
  await once(other, "exit");
  const [pid = Number.NaN] = readPids(await readFile(`${file}.pid`, "utf8"));
  try {
    expect(JSON.parse(String(result))).not.toHaveProperty("failure");
    const { size } = await stat(file);
    await eventually(async () => expect((await stat(file)).size).toBeGreaterThan(size + 20));
  } finally {
    process.kill(pid, "SIGKILL");
    await rm(folder, { recursive: true });
  }
});

test("the whole group is killed with the process that runs it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-command-"));
  const file = join(folder, "pids");
  const other = startOther(`sleep 1000 & echo $$ $! >'${file}'; wait`);
  const pids = await eventually(async () => readPids(await readFile(file, "utf8")));
  expect(pids.map(isAlive)).toEqual([true, true]);
  other.kill("SIGKILL");
  for (const pid of pids) await gone(pid);
  await rm(folder, { recursive: true });
});
