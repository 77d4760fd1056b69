import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../app/config.ts";
import { errorMessage } from "../../app/error-message.ts";
import packageJson from "../../package.json" with { type: "json" };
import { loadEnvironment } from "../stack/environment.ts";
import { readAddress } from "./address.ts";
import { findApiKey } from "./api-key.ts";
import { type Client, createClient } from "./client.ts";
import { readCommandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import { complete, renderOffers } from "./completion.ts";
import { completionRequest, type Shell } from "./completion-script.ts";
import { type ExitName, exits } from "./exit-codes.ts";
import { Failure } from "./failure.ts";
import type { GlobalOptions } from "./global-options.ts";
import { createOutput } from "./output.ts";
import { createPaint, wantsColours } from "./paint.ts";
import { programs } from "./programs.ts";
import { readServiceSettings } from "./service-settings.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Who waits for a completion would rather type than wait longer. */
const completionMs = 1_000;
const widestHelp = 100;

type Wanted = Pick<GlobalOptions, "url" | "api-key-file">;

/** The service as `.env`, the environment and the options name it, and how to ask it. */
function openClient(
  options: Wanted,
  {
    signal,
    say,
    ...timing
  }: { readonly signal: AbortSignal; readonly say: (line: string) => void } & Partial<
    Record<"deadlineMs" | "patienceMs", number>
  >,
): Client {
  try {
    loadEnvironment(root);
  } catch (cause) {
    throw new Failure("settings", errorMessage(cause), { cause });
  }
  const settings = readServiceSettings(process.env, root);
  const { url, own } = readAddress(options.url, settings);
  const findKey = () =>
    findApiKey({
      file: options["api-key-file"],
      apiKey: settings.apiKey,
      own: own ? { apiKeys: settings.API_KEYS, dataFolder: settings.DATA_DIR, root } : undefined,
    });
  return createClient({ url, findKey, signal, say, ...timing });
}

/** What could be typed next. Whatever goes wrong, a shell is told of nothing. */
async function answerCompletion([shell, ...words]: readonly string[]): Promise<void> {
  const signal = AbortSignal.timeout(completionMs);
  const client = () =>
    openClient({ url: undefined, "api-key-file": undefined }, { signal, say: () => {}, patienceMs: 0 });
  const offers = await complete(words, { commands, programs, client }).catch(() => []);
  process.stdout.write(renderOffers(offers, shell as Shell));
}

function createStreams(noColor: boolean) {
  const paintFor = ({ isTTY }: { readonly isTTY?: boolean }) =>
    createPaint({ colours: wantsColours({ terminal: isTTY === true, noColor, env: process.env }) });
  return createOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    live: process.stderr.isTTY === true && process.env.TERM !== "dumb",
    paint: paintFor(process.stdout),
    paintAside: paintFor(process.stderr),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  });
}

async function carryOut(args: readonly string[], signal: AbortSignal): Promise<ExitName> {
  const columns = Math.min(process.stdout.columns ?? widestHelp, widestHelp);
  const line = await readCommandLine(args, { commands, programs, columns });
  if (line.kind === "help") process.stdout.write(line.text);
  if (line.kind === "version") process.stdout.write(`${packageJson.version}\n`);
  if (line.kind !== "command") return "done";
  const { command, given, global } = line;
  const output = createStreams(global["no-color"] === true);
  const client = openClient(global, { signal, say: output.say });
  const read = (file: string) => (file === "-" ? buffer(process.stdin) : readFile(file));
  return command.run(given, {
    client,
    output,
    json: global.json === true,
    signal,
    now: () => new Date(),
    readFile: read,
  });
}

function exitOf(error: unknown): ExitName {
  if (error instanceof Failure) return error.exit;
  return error instanceof ConfigError ? "settings" : "software";
}

/** Runs a command with Ctrl-C taken, so that it can say what goes on without it; the second one ends at once. */
async function runCommand(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  let code: number | undefined;
  for (const [name, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.once(name, () => {
      code = 128 + number;
      interruption.abort();
    });
  }
  try {
    return exits[await carryOut(args, interruption.signal)].code;
  } catch (error) {
    if (code !== undefined) return code;
    const exit = exitOf(error);
    const text = exit === "software" && error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
    process.stderr.write(`gozcu: ${text}\n`);
    return exits[exit].code;
  }
}

/** The whole program. @returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  // Whoever read what is printed may have read enough, as head does.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === "EPIPE" ? 0 : exits.software.code),
  );
  const [name = "", ...rest] = args;
  if (name === completionRequest) {
    await answerCompletion(rest);
    return 0;
  }
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  return program === undefined ? runCommand(args) : program.run(rest);
}
