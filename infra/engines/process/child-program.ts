import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rename, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { monitoring } from "../../../app/catalogue/monitoring.ts";
import { signalGroup, writePidFile } from "./pid-file.ts";

export interface ChildProgram {
  readonly pid: number;
  /** Resolves when the program is gone, whoever ended it, with how: "ended with exit code 2". */
  readonly ended: Promise<string>;
  /** SIGTERM, and SIGKILL after the grace. Resolves when the program is gone. */
  close(): Promise<void>;
}

export interface ProgramOptions {
  /** What people call it. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing of ours is inherited, for ours holds secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the program is ready. */
  readonly readyUrl: string;
  /** For {@link stopLeftOver}, should we be killed. */
  readonly pidFile: string;
  /** Takes both output streams. What the last run wrote is kept beside it, with `.1` at the end. */
  readonly logFile: string;
  readonly deadlineMs: number;
  readonly graceMs: number;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

/**
 * In a session of its own, so that a Ctrl-C in the terminal reaches us alone, and we stop it in our order. Its output goes
 * into a file, not through us: it can write on when we are gone.
 */
async function spawnLogged({ program, args, cwd, env, pidFile, logFile }: ProgramOptions) {
  await rename(logFile, `${logFile}.1`).catch(() => {
    // The first run has none to keep.
  });
  const output = await open(logFile, "w", 0o600);
  try {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", output.fd, output.fd] });
    if (child.pid !== undefined) writePidFile(pidFile, child.pid, args);
    return { child, ended: watchEnd(child) };
  } finally {
    await output.close();
  }
}

function watchEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve(`could not be started (${message})`));
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
  });
}

/** The end of a log, on one line. */
async function readLastLines(file: string): Promise<string> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return lines.slice(-monitoring.lastLines).join(" | ") || "it wrote nothing";
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(monitoring.answerMs) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/**
 * Starts a program and waits until it is ready.
 * @throws Error when it cannot be started, ends before it is ready (with its last lines) or is not ready in time; the
 * signal's reason when that aborts. The program is gone then.
 */
export async function startProgram(options: ProgramOptions): Promise<ChildProgram> {
  const { name, readyUrl, pidFile, logFile, deadlineMs, graceMs, signal } = options;
  signal.throwIfAborted();
  const { child, ended } = await spawnLogged(options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} ${await ended}`);

  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  async function stop(leader: number): Promise<void> {
    if (!isGone()) signalGroup(leader, "SIGTERM");
    const force = setTimeout(signalGroup, graceMs, leader, "SIGKILL");
    await ended;
    clearTimeout(force);
    await rm(pidFile, { force: true });
  }
  async function waitUntilReady(): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await isReady(readyUrl))) {
      signal.throwIfAborted();
      if (isGone())
        throw new Error(`${name} ${await ended} before it was ready: ${await readLastLines(logFile)} (see ${logFile})`);
      if (Date.now() > deadline)
        throw new Error(`${name} was not ready within ${deadlineMs / 1_000} s (see ${logFile})`);
      await delay(monitoring.pollMs);
    }
  }
  try {
    await waitUntilReady();
  } catch (error) {
    await stop(pid);
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    pid,
    ended,
    close() {
      stopped ??= stop(pid);
      return stopped;
    },
  };
}
