import { parseArgs } from "node:util";
import { links } from "../../app/catalogue/links.ts";
import { longestSilenceDays } from "../../app/catalogue/notifications.ts";
import { errorMessage } from "../../app/error-message.ts";
import { settings } from "../../app/settings.ts";
import { closeNames } from "../close-names.ts";
import { readPeriod } from "./period.ts";

export const usage = `Usage: npx gozcu silence --for 2h --reason "new disks" [--alert ComfyuiDown …] [--by name]
       npx gozcu silence --list
       npx gozcu silence --end <id>

Also as npm run silence -- …

Tells Alertmanager to notify nobody for a while: of the alerts that --alert names, each by one --alert, or of all.
Without --alert the Watchdog goes on: should it fall silent too, the outside heartbeat reports the pipeline dead.

  --for      how long: 90m, 2h, 1h30m or 1d, at most ${longestSilenceDays}d
  --reason   why, for those who wonder
  --by       who; the name of your account unless told
  --json     for machines
  --url      where Alertmanager is; unless told, where the one is that npm start runs on DATA_DIR (of the environment
             or .env, else ${settings.DATA_DIR.default}), and ${links.alertmanager} where it runs none

Which Alertmanager was asked stands on the standard error.

The exit code is 0 when it is done, 1 when Alertmanager refuses, 2 for a command that is wrong, and 69 when
Alertmanager does not answer.
`;

/** The command is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Command = {
  /** Where `npm start` runs one, unless told. */
  readonly url?: string;
  readonly json?: true;
} & (
  | { readonly action: "help" | "list" }
  | { readonly action: "end"; readonly id: string }
  | {
      readonly action: "create";
      readonly alertNames: readonly string[];
      readonly seconds: number;
      readonly reason: string;
      readonly by: string;
    }
);

/** What `parseArgs` takes. */
export const options = {
  for: { type: "string" },
  reason: { type: "string" },
  alert: { type: "string", multiple: true },
  by: { type: "string" },
  list: { type: "boolean" },
  end: { type: "string" },
  url: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // npm takes the options for itself that are not behind --, and leaves their values.
    const hint =
      code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL" ? ": did you leave out the -- after npm run silence?" : "";
    throw new UsageError(errorMessage(error) + hint, { cause: error });
  }
}

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new UsageError(`--url ${JSON.stringify(text)} is no address: write it like ${links.alertmanager}`);
}

function checkAlert(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const close = closeNames(name, known);
  const hint = close.length === 0 ? `the alerts are ${known.join(", ")}` : `did you mean ${close.join(" or ")}?`;
  throw new UsageError(`there is no alert ${JSON.stringify(name)}: ${hint}`);
}

function readSeconds(text: string): number {
  try {
    return readPeriod(text);
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
}

/**
 * Reads the command line.
 * @param account who silences when `--by` does not say
 * @throws UsageError saying what is wrong and what is allowed.
 */
export function readCommand(
  args: readonly string[],
  { alertNames, account }: { readonly alertNames: readonly string[]; readonly account: string },
): Command {
  const { for: period, reason, alert = [], by = account, list, end, help, json, url } = readOptions(args);
  const at = { ...(url !== undefined && { url: checkUrl(url) }), ...(json && { json }) };
  if (help) return { action: "help", ...at };
  const creates = period !== undefined || reason !== undefined || alert.length > 0;
  if ([creates, list === true, end !== undefined].filter(Boolean).length !== 1)
    throw new UsageError("one of three is needed: --for with --reason, --list, or --end (see --help)");
  if (list) return { action: "list", ...at };
  if (end !== undefined) return { action: "end", id: end, ...at };
  if (period === undefined) throw new UsageError("--for is missing: how long, like 2h");
  if (reason === undefined || reason.trim() === "") throw new UsageError('--reason is missing: why, like "new disks"');
  if (by.trim() === "") throw new UsageError("--by is blank: who silences, or leave it out for your account's name");
  const names = alert.map((name) => checkAlert(name, alertNames));
  return { action: "create", alertNames: names, seconds: readSeconds(period), reason, by, ...at };
}
