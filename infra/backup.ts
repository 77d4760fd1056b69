import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorMessage } from "../app/error-message.ts";
import { backupStack } from "./engines/docker/backup/backup-stack.ts";
import { backupUsage, readBackupCommand, UsageError } from "./engines/docker/backup/command.ts";
import { takeInterruptions } from "./engines/docker/backup/interruption.ts";
import { copyDeadlineMs } from "./engines/docker/backup/progress.ts";
import { createDocker } from "./engines/docker/docker-cli.ts";
import { renderJson, streamOfWords } from "./json-answer.ts";
import { loadEnvironment } from "./stack/environment.ts";
import { readProject } from "./stack/project.ts";

const exitFailed = 1;
const exitUsage = 2;

const root = fileURLToPath(new URL("../", import.meta.url));

async function main(args: readonly string[]): Promise<void> {
  const command = readBackupCommand(args);
  if (command.help) {
    process.stdout.write(backupUsage);
    return;
  }
  loadEnvironment(root);
  const interruptions = takeInterruptions();
  try {
    const saved = await backupStack({
      docker: createDocker(process.env, copyDeadlineMs),
      stack: readProject(root, process.env),
      folder: resolve(command.folder),
      say: (line) => streamOfWords(command.json).write(`${line}\n`),
      signal: interruptions.signal,
    });
    if (command.json) process.stdout.write(renderJson(saved));
  } finally {
    interruptions.close();
  }
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await main(args);
    return 0;
  } catch (error) {
    process.stderr.write(`backup: ${errorMessage(error)}\n`);
    return error instanceof UsageError ? exitUsage : exitFailed;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
