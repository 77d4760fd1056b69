import { parseArgs } from "node:util";
import type { CommandLine } from "../config.ts";
import { type SettingName, settings } from "../settings.ts";

interface FlagRow {
  /** The setting that the flag goes over. */
  readonly setting: SettingName;
  readonly value: string;
}

const flags: Readonly<Record<string, FlagRow>> = {
  port: { setting: "PORT", value: "N" },
  data: { setting: "DATA_DIR", value: "FOLDER" },
  "log-level": { setting: "LOG_LEVEL", value: "LEVEL" },
};

const switches = {
  demo: "fills the page with life: a gentle stream of made-up jobs, their webhooks, and two telemetry sources",
  json: "JSON lines on a terminal too, and no key in them; elsewhere that is so anyway",
  help: "this text",
} as const;

const allowed = [
  ...Object.entries(flags).map(([name, { value }]) => `--${name} ${value}`),
  ...Object.keys(switches).map((name) => `--${name}`),
];

function renderUsage(): string {
  const rows = [
    ...Object.entries(flags).map(([name, { setting, value }]) => {
      const { meaning, default: usual } = settings[setting];
      return [`--${name} ${value}`, `${meaning.replaceAll("`", "")} (${usual}); over ${setting}`] as const;
    }),
    ...Object.entries(switches).map(([name, meaning]) => [`--${name}`, meaning] as const),
  ];
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return `Usage: npm start [-- ${allowed.map((flag) => `[${flag}]`).join(" ")}]

Starts the service: API, status page and worker, with a Postgres of its own, and with Prometheus and Alertmanager where they
are installed. Ctrl-C finishes the jobs in hand and stops all of it; a second one hands them back to the queue at once.

${rows.map(([flag, meaning]) => `  ${flag.padEnd(width)}  ${meaning}\n`).join("")}
All other settings come from the environment or from .env; .env.example lists them.

The exit code is 0 after Ctrl-C; else, as sysexits.h has them, 64 for flags that are wrong, 65 for a folder or database of
another version, 69 when a port or a folder is taken or something else cannot be had, 70 for a fault of ours, 73 for a folder
that cannot be written in, and 78 for settings that are wrong.
`;
}
export const usage = renderUsage();

export interface Command extends CommandLine {
  readonly help: boolean;
  readonly json: boolean;
}

const options = {
  ...Object.fromEntries(Object.keys(flags).map((name) => [name, { type: "string" } as const])),
  ...Object.fromEntries(Object.keys(switches).map((name) => [name, { type: "boolean" } as const])),
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line of `npm start`. What is wrong with it is told along with what is wrong with the settings. */
export function readCommand(args: readonly string[]): Command {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const problems: string[] = [];
  const given: { [Name in SettingName]?: { flag: string; text: string } } = {};
  const on = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`${JSON.stringify(token.value)} is not understood: ${knownFlags}`);
    if (token.kind !== "option") continue;
    const { name, rawName: flag, value, inlineValue } = token;
    const row = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (row !== undefined) {
      const isFlag = value?.startsWith("-") && !inlineValue;
      if (!value || isFlag) problems.push(`${flag} needs a value: ${flag} ${row.value}`);
      else given[row.setting] = { flag, text: value };
    } else if (!Object.hasOwn(switches, name)) problems.push(`${flag} is not known: ${knownFlags}`);
    else if (value !== undefined) problems.push(`${flag} takes no value`);
    else on.add(name);
  }
  return { given, problems, demo: on.has("demo"), json: on.has("json"), help: on.has("help") };
}

const knownFlags = `there are ${allowed.join(", ")}`;
