import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { alertNames } from "../app/catalogue/alerts.ts";
import { errorMessage } from "../app/error-message.ts";
import { renderJson } from "./json-answer.ts";
import { findAddress } from "./silence/address.ts";
import { type Command, readCommand, UsageError, usage } from "./silence/command.ts";
import { createSilences, type Silence, UnreachableError } from "./silence/silences.ts";
import { loadEnvironment, readDataFolder } from "./stack/environment.ts";

const exitRefused = 1;
const exitUsage = 2;
const exitUnavailable = 69;

const root = fileURLToPath(new URL("../", import.meta.url));

function renderSilence({ id, endsAt, createdBy, comment, matchers }: Silence): string {
  const what = matchers.map(
    ({ name, value, isRegex, isEqual }) =>
      `${name}${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}"${value}"`,
  );
  return `${id}  until ${endsAt}  ${what.join(" ")}  ${createdBy}: ${comment}\n`;
}

/** @returns what to print. */
async function carryOut(command: Command): Promise<string> {
  if (command.action === "help") return usage;
  const url = command.url ?? (await findAddress(readDataFolder(root, process.env)));
  process.stderr.write(`silence: Alertmanager ${url}\n`);
  const silences = createSilences({ url });
  switch (command.action) {
    case "list": {
      const all = await silences.list();
      if (command.json) return renderJson(all);
      return all.length === 0 ? "nothing is silenced\n" : all.map(renderSilence).join("");
    }
    case "end":
      if (!(await silences.end(command.id)))
        throw new Error(`there is no silence ${command.id} that has not ended: --list shows those there are`);
      return command.json ? renderJson({ id: command.id, ended: true }) : `${command.id} has ended\n`;
    case "create": {
      const { id, endsAt } = await silences.create(command);
      return command.json ? renderJson({ id, endsAt }) : `${id} until ${endsAt.toISOString()}\n`;
    }
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitUsage;
  return error instanceof UnreachableError ? exitUnavailable : exitRefused;
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    loadEnvironment(root);
    process.stdout.write(await carryOut(readCommand(args, { alertNames, account: userInfo().username })));
    return 0;
  } catch (error) {
    process.stderr.write(`silence: ${errorMessage(error)}\n`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
