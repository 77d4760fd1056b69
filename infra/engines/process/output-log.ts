import { constants } from "node:fs";
import { copyFile, type FileHandle, open, readFile, rename } from "node:fs/promises";
import { monitoring } from "../../../app/catalogue/monitoring.ts";

export interface OutputLog {
  /** For the program to write to, also when we are gone. */
  readonly fd: number;
  /** The end of it, on one line, without the secrets. */
  readLastLines(): Promise<string>;
  /** Bounds it no more. */
  close(): Promise<void>;
}

/** Every write goes to the end, wherever that is by then: the file can be emptied while the program holds it open. */
const appendAnew = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

const earlier = (file: string) => `${file}.1`;

async function bound(file: string, handle: FileHandle, maxBytes: number): Promise<void> {
  if ((await handle.stat()).size <= maxBytes) return;
  try {
    await copyFile(file, earlier(file));
  } finally {
    // On a full disk above all.
    await handle.truncate();
  }
}

/** The texts as they are, and as a program's log quotes them; first the longest, which may hold another. */
function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((hidden, secret) => hidden.replaceAll(secret, "[secret]"), text);
}

/**
 * Opens the file that takes a program's output, for its owner alone. What it held before is kept beside it, with `.1` at
 * the end, and so is what it holds when it grows beyond `maxBytes`.
 */
export async function openOutputLog(options: {
  readonly file: string;
  /** What must not be quoted. */
  readonly secrets: readonly string[];
  /** The catalogue's unless told. */
  readonly maxBytes?: number;
  /** How often that is looked at; the catalogue's unless told. */
  readonly checkMs?: number;
}): Promise<OutputLog> {
  const { file, secrets, maxBytes = monitoring.logBytes, checkMs = monitoring.logCheckMs } = options;
  await rename(file, earlier(file)).catch(() => {
    // The first run has none to keep.
  });
  const handle = await open(file, appendAnew, 0o600);
  let checking = Promise.resolve();
  const timer = setInterval(() => {
    checking = checking
      .then(() => bound(file, handle, maxBytes))
      .catch(() => {
        // Next time.
      });
  }, checkMs);
  timer.unref();
  return {
    fd: handle.fd,
    async readLastLines() {
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
      return hide(lines.slice(-monitoring.lastLines).join(" | "), secrets) || "it wrote nothing";
    },
    async close() {
      clearInterval(timer);
      await checking;
      await handle.close();
    },
  };
}
