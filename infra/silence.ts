import { userInfo } from "node:os";
import { alertNames } from "../app/catalogue/alerts.ts";
import { errorMessage } from "../app/error-message.ts";
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
  const silences = createSilences({ url: command.url });
  switch (command.action) {
    case "help":
      return usage;
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
  process.stdout.write(await run(readCommand(process.argv.slice(2), { alertNames, account: userInfo().username })));
} catch (error) {
  process.stderr.write(`silence: ${errorMessage(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
