import { parseArgs } from "node:util";
import { errorMessage } from "../../../../app/error-message.ts";

export const backupUsage = `Usage: npx gozcu backup [--to FOLDER]
       npm run backup [-- --to FOLDER]

Saves what the deployed stack keeps to one archive, gozcu-<stack>-<date>.tar.gz: Postgres, Redis, Grafana and Prometheus.
The stack is in use meanwhile; Redis, Grafana and Prometheus each stand still for a moment. Whoever has the archive has
the data: it is for its owner alone (mode 0600). The secrets are not in it and need a copy of their own.

  --to   where the archive goes; backups unless told

The exit code is 0 when it is done, 1 when there is no archive, and 2 for a command that is wrong.
`;

export const restoreUsage = `Usage: npx gozcu restore ARCHIVE [--yes]
       npm run restore -- ARCHIVE [--yes]

Replaces what the deployed stack keeps by what an archive of npm run backup holds. The archive is verified first, and
unpacked beside what is in use; the API and the workers stop while the two are swapped. On a terminal it asks for the
stack's name before it touches anything.

  --yes   does not ask; needed without a terminal

The exit code is 0 when it is done, 1 when it is not (the message says what was replaced), and 2 for a command that is
wrong.
`;

/** The command is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

function parse<T>(read: () => T, program: string): T {
  try {
    return read();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // npm takes the options for itself that are not behind --, and leaves their values.
    const hint = code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL" ? `: did you leave out the -- after ${program}?` : "";
    throw new UsageError(`${errorMessage(cause)}${hint} (see --help)`, { cause });
  }
}

/** What `parseArgs` takes. */
export const backupOptions = { to: { type: "string", default: "backups" }, help: { type: "boolean" } } as const;
export const restoreOptions = { yes: { type: "boolean", default: false }, help: { type: "boolean" } } as const;

export type BackupCommand = { readonly help: true } | { readonly help: false; readonly folder: string };

/** @throws UsageError saying what is wrong. */
export function readBackupCommand(args: readonly string[]): BackupCommand {
  const { help, to } = parse(() => parseArgs({ args: [...args], options: backupOptions }).values, "npm run backup");
  if (help) return { help };
  if (to.trim() === "") throw new UsageError("--to is blank: name a folder (see --help)");
  return { help: false, folder: to };
}

export type RestoreCommand =
  | { readonly help: true }
  | { readonly help: false; readonly archive: string; readonly yes: boolean };

/** @throws UsageError saying what is wrong. */
export function readRestoreCommand(args: readonly string[]): RestoreCommand {
  const { values, positionals } = parse(
    () => parseArgs({ args: [...args], options: restoreOptions, allowPositionals: true }),
    "npm run restore",
  );
  if (values.help) return { help: true };
  const [archive, ...more] = positionals;
  if (archive === undefined || more.length > 0)
    throw new UsageError(`one archive is needed, and ${positionals.length} were named (see --help)`);
  return { help: false, archive, yes: values.yes };
}
