import { parseArgs } from "node:util";
import { errorMessage } from "../../../../app/error-message.ts";

export const backupUsage = `Usage: npx gozcu backup [--to FOLDER] [--json]
       npm run backup [-- --to FOLDER --json]

Saves what the deployed stack keeps to one archive, gozcu-<stack>-<date>.tar.gz: Postgres, Redis, Grafana and Prometheus.
The stack is in use meanwhile; Redis, Grafana and Prometheus each stand still for a moment. Whoever has the archive has
the data: it is for its owner alone (mode 0600). The secrets are not in it and need a copy of their own.

  --to    where the archive goes; backups unless told
  --json  for machines: what was saved; what is said meanwhile goes to standard error

The exit code is 0 when it is done, 1 when there is no archive, and 2 for a command that is wrong.
`;

export const restoreUsage = `Usage: npx gozcu restore ARCHIVE [--yes] [--json]
       npm run restore -- ARCHIVE [--yes] [--json]

Replaces what the deployed stack keeps by what an archive of npm run backup holds. The archive is verified first, and
unpacked beside what is in use; the API and the workers stop while the two are swapped. On a terminal it asks for the
stack's name before it touches anything.

  --yes   does not ask; needed without a terminal
  --json  for machines: what was restored; what is said meanwhile goes to standard error

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
const flag = { type: "boolean", default: false } as const;
export const backupOptions = { to: { type: "string", default: "backups" }, json: flag, help: flag } as const;
export const restoreOptions = { yes: flag, json: flag, help: flag } as const;

export type BackupCommand =
  | { readonly help: true }
  | { readonly help: false; readonly folder: string; readonly json: boolean };

/** @throws UsageError saying what is wrong. */
export function readBackupCommand(args: readonly string[]): BackupCommand {
  const { help, to, json } = parse(
    () => parseArgs({ args: [...args], options: backupOptions }).values,
    "npm run backup",
  );
  if (help) return { help };
  if (to.trim() === "") throw new UsageError("--to is blank: name a folder (see --help)");
  return { help: false, folder: to, json };
}

export type RestoreCommand =
  | { readonly help: true }
  | { readonly help: false; readonly archive: string; readonly yes: boolean; readonly json: boolean };

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
  return { help: false, archive, yes: values.yes, json: values.json };
}
