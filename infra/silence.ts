import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { alertNames } from "../app/catalogue/alerts.ts";
import { errorMessage } from "../app/error-message.ts";
import { settings } from "../app/settings.ts";
import { findAddress } from "./silence/address.ts";
import { type Command, readCommand, UsageError, usage } from "./silence/command.ts";
import { createSilences, type Silence, UnreachableError } from "./silence/silences.ts";

const exitRefused = 1;
const exitUsage = 2;
const exitUnavailable = 69;

function renderSilence({ id, endsAt, createdBy, comment, matchers }: Silence): string {
  const what = matchers.map(
    ({ name, value, isRegex, isEqual }) =>
      `${name}${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}"${value}"`,
  );
  return `${id}  until ${endsAt}  ${what.join(" ")}  ${createdBy}: ${comment}\n`;
}

/** @returns what to print. */
async function run(command: Command): Promise<string> {
  if (command.action === "help") return usage;
  const url = command.url ?? (await findAddress(settings.DATA_DIR.schema.parse(process.env.DATA_DIR || undefined)));
  process.stderr.write(`silence: Alertmanager ${url}\n`);
  const silences = createSilences({ url });
  switch (command.action) {
    case "list": {
      const all = await silences.list();
      return all.length === 0 ? "nothing is silenced\n" : all.map(renderSilence).join("");
    }
    case "end":
      if (await silences.end(command.id)) return `${command.id} has ended\n`;
      throw new Error(`there is no silence ${command.id} that has not ended: --list shows those there are`);
    case "create": {
      const { id, endsAt } = await silences.create(command);
      return `${id} until ${endsAt.toISOString()}\n`;
    }
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitUsage;
  return error instanceof UnreachableError ? exitUnavailable : exitRefused;
}

try {
  if (existsSync(".env")) process.loadEnvFile();
  process.stdout.write(await run(readCommand(process.argv.slice(2), { alertNames, account: userInfo().username })));
} catch (error) {
  process.stderr.write(`silence: ${errorMessage(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
