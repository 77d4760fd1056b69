import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { monitoring } from "../../../app/catalogue/monitoring.ts";

const run = promisify(execFile);

function renderArguments(args: readonly string[]): string {
  return args.join(" ");
}

/** Writes down which process runs with which arguments, without giving way: were we killed meanwhile, nobody would know of it. */
export function writePidFile(file: string, pid: number, args: readonly string[]): void {
  writeFileSync(file, `${pid}\n${renderArguments(args)}\n`, { mode: 0o600 });
}

/** The command line of a process; empty when there is none, or when it is dead and only not yet collected. */
async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return renderArguments(line.replace(/\0$/, "").split("\0"));
  }
  const { stdout } = await run("ps", ["-ww", "-o", "args=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim();
}

/** Signals a process that leads a process group, and what it has started. One that is gone is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Stops the process that a pid file names, when that still runs with the arguments written down: the number alone may
 * belong to another by now. SIGTERM, and SIGKILL after `graceMs`; resolves when it is gone. Only for whoever holds the
 * folder's lock: otherwise it may be the program of another who lives.
 */
export async function stopLeftOver(file: string, graceMs: number): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [, number, args] = /^(\d+)\n(.+)\n$/.exec(text) ?? [];
  if (number === undefined || args === undefined) return;
  const pid = Number(number);
  const isRunning = async () => (await readCommandLine(pid)).endsWith(` ${args}`);
  const deadline = Date.now() + graceMs;
  if (await isRunning()) signalGroup(pid, "SIGTERM");
  while (await isRunning()) {
    if (Date.now() > deadline) signalGroup(pid, "SIGKILL");
    await delay(monitoring.pollMs);
  }
  await rm(file);
}
