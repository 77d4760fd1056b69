import { describe, expect, test } from "@jest/globals";
import { readCommandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import { programs } from "./programs.ts";

const read = (...args: readonly string[]) => readCommandLine(args, { commands, programs, columns: 100 });
const id = "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90";

async function readGiven(...args: readonly string[]) {
  const line = await read(...args);
  if (line.kind !== "command") throw new Error(`that is ${line.kind}`);
  return { command: line.command.synopsis, ...line.given };
}

describe("the command line", () => {
  test("has a command with its options, in front of it and behind", async () => {
    expect(await readGiven("--json", "jobs", "--status=failed", "--limit", "5")).toMatchObject({
      command: "jobs",
      status: "failed",
      limit: 5,
      json: true,
    });
    expect(await readGiven("jobs")).toMatchObject({ limit: 20 });
  });

  test("keeps texts as they were typed", async () => {
    expect(await readGiven("submit", "--prompt=--a lighthouse", "--no-color")).toMatchObject({
      prompt: "--a lighthouse",
      "no-color": true,
    });
    expect(await readGiven("submit", "--prompt", "007")).toMatchObject({ prompt: "007" });
    expect(await readGiven("submit", "-", "--webhook=https://a.example/?b=c")).toMatchObject({
      file: "-",
      webhook: "https://a.example/?b=c",
    });
    expect(await readGiven("submit", "")).toMatchObject({ file: "" });
    expect(await readGiven("job", id)).toMatchObject({ id });
  });

  test.each([
    [[], "no command is named (see --help)"],
    [["stauts"], "there is no stauts here: did you mean status? (see --help)"],
    [["jobs", "--statsu", "failed"], "there is no statsu here: did you mean --status? (see --help)"],
    [["status", "--jsno"], "there is no jsno here: did you mean --json? (see --help)"],
    [["status", "--key", "secret"], "there is no key here"],
    [["jobs", "--status", "done"], 'status cannot be "done"; it is one of "pending", "processing", "completed"'],
    [["jobs", "--limit", "0"], "--limit must be a whole number from 1 to 10000"],
    [["jobs", "--limit", "many"], "--limit must be a whole number from 1 to 10000"],
    [["jobs", "--status"], "--status needs a value"],
    [["jobs", "failed"], "there is no failed here"],
    [["job"], "an argument is missing"],
    [["job", "7"], '"7" is no job\'s id: npx gozcu jobs lists them'],
    [["completion", "fish"], 'shell cannot be "fish"; it is one of "bash", "zsh"'],
    [["--json", "doctor"], "doctor reads its options itself: write it first, as in npx gozcu doctor --help"],
  ])("%j is refused, saying what was meant or is allowed", async (args, reason) => {
    await expect(read(...args)).rejects.toMatchObject({ exit: "usage", message: expect.stringContaining(reason) });
  });

  test("does not show what follows an option for a key, which there is not", async () => {
    await expect(read("status", "--key", "secret")).rejects.not.toThrow("secret");
  });

  test("explains all commands and how they end, or one with its options and examples", async () => {
    const all = await read("--help");
    if (all.kind !== "help") throw new Error(`that is ${all.kind}`);
    for (const name of ["status", "submit [file]", "silence", "k6", "--api-key-file", "130"])
      expect(all.text).toContain(name);
    const one = await read("jobs", "--help");
    expect(one).toMatchObject({ kind: "help", text: expect.stringMatching(/--watch[\s\S]*jobs --status failed/) });
    expect(await read("job", "--help")).toMatchObject({ kind: "help" });
    expect(Math.max(...all.text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("tells the version", async () => {
    expect(await read("--version")).toEqual({ kind: "version" });
  });
});
