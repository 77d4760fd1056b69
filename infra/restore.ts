import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { errorMessage } from "../app/error-message.ts";
import { readRestoreCommand, restoreUsage, UsageError } from "./engines/docker/backup/command.ts";
import { takeInterruptions } from "./engines/docker/backup/interruption.ts";
import { copyDeadlineMs } from "./engines/docker/backup/progress.ts";
import { restoreStack } from "./engines/docker/backup/restore-stack.ts";
import { createDocker } from "./engines/docker/docker-cli.ts";
import { renderJson, streamOfWords } from "./json-answer.ts";
import { loadEnvironment } from "./stack/environment.ts";
import { readProject } from "./stack/project.ts";

const exitFailed = 1;
const exitUsage = 2;

const root = fileURLToPath(new URL("../", import.meta.url));

/** Whether the name is typed of the stack whose data will be replaced; Ctrl-C and Ctrl-D are another answer. */
async function askForName(name: string, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output });
  const leaving = new AbortController();
  for (const event of ["SIGINT", "close"] as const) terminal.once(event, () => leaving.abort());
  const question = `All data of the stack ${name} will be replaced. Type its name to go on: `;
  try {
    const typed = await terminal.question(question, { signal: AbortSignal.any([signal, leaving.signal]) });
    return typed.trim() === name;
  } catch (error) {
    if (signal.aborted || leaving.signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const command = readRestoreCommand(args);
  if (command.help) {
    process.stdout.write(restoreUsage);
    return;
  }
  if (!command.yes && !process.stdin.isTTY)
    throw new UsageError("there is no terminal to ask on: --yes agrees to replace the data (see --help)");
  loadEnvironment(root);
  const stack = readProject(root, process.env);
  const words = streamOfWords(command.json);
  const { signal, close } = takeInterruptions();
  try {
    const restored = await restoreStack({
      docker: createDocker(process.env, copyDeadlineMs),
      stack,
      archive: resolve(command.archive),
      say: (line) => words.write(`${line}\n`),
      ...(!command.yes && { confirm: () => askForName(stack.name, words, signal) }),
      signal,
    });
    if (restored === undefined) throw new Error(`${stack.name} was not typed; nothing was touched`);
    if (command.json) process.stdout.write(renderJson(restored));
  } finally {
    close();
  }
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await main(args);
    return 0;
  } catch (error) {
    process.stderr.write(`restore: ${errorMessage(error)}\n`);
    return error instanceof UsageError ? exitUsage : exitFailed;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
