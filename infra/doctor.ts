import { fileURLToPath } from "node:url";
import { errorMessage } from "../app/error-message.ts";
import { readCommand, UsageError, usage } from "./doctor/command.ts";
import { examine } from "./doctor/examination.ts";
import { renderReport } from "./doctor/report.ts";
import { createWorld } from "./doctor/world.ts";
import { renderJson } from "./json-answer.ts";
import { loadEnvironment } from "./stack/environment.ts";

const exitWrong = 1;
const exitUsage = 2;

const root = fileURLToPath(new URL("../", import.meta.url));

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { help, json, sendTest } = readCommand(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  loadEnvironment(root);
  const world = createWorld(process.env);
  try {
    const results = await examine({ world, root, sendTest });
    const terminal = process.stdout.isTTY === true && !process.env.NO_COLOR;
    process.stdout.write(json ? renderJson(results) : renderReport(results, { terminal }));
    return results.some(({ state }) => state === "wrong") ? exitWrong : 0;
  } finally {
    await world.close();
  }
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    process.stderr.write(`doctor: ${errorMessage(error)}\n`);
    return error instanceof UsageError ? exitUsage : exitWrong;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
