import { fileURLToPath } from "node:url";
import { errorMessage } from "../app/error-message.ts";
import { renderJson, streamOfWords } from "./json-answer.ts";
import { UsageError } from "./k6/arguments.ts";
import { type Command, readCommand, usage } from "./k6/command.ts";
import { checkService, readApiKey } from "./k6/preflight.ts";
import { findK6 } from "./k6/program.ts";
import { startRun } from "./k6/run.ts";
import { renderDropped, renderVerdicts } from "./k6/verdict-table.ts";
import { loadEnvironment, readDataFolder } from "./stack/environment.ts";

const exitBroken = 1;
const exitUsage = 2;
const exitFailed = 3;

const root = fileURLToPath(new URL("../", import.meta.url));

function pick(env: NodeJS.ProcessEnv, names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value = ""]) => (names.test(name) ? [[name, value]] : [])),
  );
}

/** @returns the exit code. */
async function main(command: Command): Promise<number> {
  loadEnvironment(root);
  const write = (line: string) => streamOfWords(command.json).write(`${line}\n`);
  const apiKey = await readApiKey({
    file: command.apiKeyFile,
    fromEnvironment: process.env.API_KEY,
    dataFolder: readDataFolder(root, process.env),
  });
  const program = await findK6(process.env.PATH ?? "");
  const note = await checkService({ url: command.url, apiKey });
  write(`k6 ${program.version}: ${command.scenario} on ${command.url}`);
  if (note !== undefined) write(`note: ${note}`);
  const { run, lines } = await startRun({
    command,
    program,
    apiKey,
    root,
    machine: pick(process.env, /^(PATH|HOME|SSL_CERT_FILE|SSL_CERT_DIR|NO_COLOR|DOCKER_.*)$/),
    ownOptions: pick(process.env, /^(K6_.*|(HTTPS?|NO)_PROXY)$/i),
    terminal: process.stdout.isTTY === true && !command.json,
    write,
  });
  for (const line of [...renderVerdicts(run.verdicts), renderDropped(run.dropped), ...lines]) write(line);
  for (const sentence of run.failed) write(`BROKEN: ${sentence}`);
  if (command.json) process.stdout.write(renderJson(run));
  return run.failed.length > 0 || run.verdicts.some(({ state }) => state !== "kept") ? exitBroken : 0;
}

function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? exitUsage : exitFailed;
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const command = readCommand(args);
    if (command !== undefined) return await main(command);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`k6: ${errorMessage(error)}\n`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
