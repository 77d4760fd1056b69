import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { findProgram } from "./programs.ts";

const program = fileURLToPath(new URL("nothing-lost.ts", import.meta.url));
const limitMs = 300_000;

/** Runs the program; gives what it wrote and its exit code. */
function run(...args: readonly string[]) {
  return new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { timeout: limitMs - 10_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

const withRedis = findProgram("redis-server") === undefined ? test.skip : test;

async function expectNothingLost(queue: string): Promise<void> {
  const { code, output } = await run("--queue", queue);
  // Kept with the test's result: the seed makes the same run again.
  process.stdout.write(output);
  expect(output).toContain("nothing was lost");
  expect(code).toBe(0);
}

withRedis(
  "1,000 jobs survive the killing of everything, with the queue on Redis",
  () => expectNothingLost("redis"),
  limitMs,
);
test(
  "1,000 jobs survive the killing of everything, with the queue on Postgres",
  () => expectNothingLost("postgres"),
  limitMs,
);

test("the program explains itself, and refuses what it cannot read", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, output: expect.stringContaining("--kills") });
  expect(await run("--jobs", "many")).toMatchObject({ code: 1, output: expect.stringContaining("--jobs must be") });
  expect(await run("--queue", "kafka")).toMatchObject({ code: 1, output: expect.stringContaining("--queue must be") });
});
