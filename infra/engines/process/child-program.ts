import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { monitoring } from "../../../app/catalogue/monitoring.ts";
import { openOutputLog } from "./output-log.ts";
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
  /** Takes both output streams, within bounds: see {@link openOutputLog}. */
  readonly logFile: string;
  /** What must not be quoted from the log. */
  readonly secrets: readonly string[];
  readonly deadlineMs: number;
  readonly graceMs: number;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

/**
 * In a session of its own, so that a Ctrl-C in the terminal reaches us alone, and we stop it in our order. Its output goes
 * into a file, not through us: it can write on when we are gone.
 */
async function spawnLogged({ program, args, cwd, env, logFile, secrets }: ProgramOptions) {
  const output = await openOutputLog({ file: logFile, secrets });
  try {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", output.fd, output.fd] });
    return { child, output, ended: watchEnd(child).finally(output.close) };
  } catch (error) {
    await output.close();
    throw error;
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
  const { name, args, readyUrl, pidFile, logFile, deadlineMs, graceMs, signal } = options;
  signal.throwIfAborted();
  const { child, output, ended } = await spawnLogged(options);
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
  async function checkItLives(): Promise<void> {
    signal.throwIfAborted();
    if (!isGone()) return;
    throw new Error(`${name} ${await ended} before it was ready: ${await output.readLastLines()} (see ${logFile})`);
  }
  /** An answer may be that of another program, which took the port first: ours must outlive it for a while. */
  async function waitUntilReady(): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await isReady(readyUrl))) {
      await checkItLives();
      if (Date.now() > deadline)
        throw new Error(`${name} was not ready within ${deadlineMs / 1_000} s (see ${logFile})`);
      await delay(monitoring.pollMs);
    }
    const settled = delay(monitoring.settleMs, undefined, { signal }).catch(() => {
      // Given up: told below.
    });
    await Promise.race([ended, settled]);
    await checkItLives();
  }
  try {
    writePidFile(pidFile, pid, args);
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
