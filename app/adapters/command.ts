import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errorMessage } from "../error-message.ts";

export interface CommandOptions {
  /** For `/bin/sh`. It may hold a secret: it is never an argument, which every user of the machine could read. */
  readonly command: string;
  /** All that the command sees of an environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** How many characters of what it writes are kept, from the end. */
  readonly outputCharacters: number;
  /** Ends the command early. */
  readonly signal: AbortSignal;
}

export interface CommandResult {
  /** Why it failed, a few words; absent when it ended with 0. */
  readonly failure?: string;
  /** The end of what it wrote to both of its outputs, without what a database could not keep. */
  readonly output: string;
}

/** What the command wrote is in the pipe when it ends; what it left running may keep the pipe open for ever. */
const drainMs = 200;

/**
 * Runs a command of the operator's in a process group of its own, and never rejects. At the timeout, or when `signal`
 * says so, the whole group is killed. What a command that succeeds has left running goes on.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1_000);
  const signal = AbortSignal.any([options.signal, timeout]);
  if (signal.aborted) return { failure: "was stopped before it began", output: "" };

  // Without a process, for want of file handles say, there are no streams either.
  const child: ChildProcess = spawn("/bin/sh", ["-s"], { detached: true, env: { ...options.env }, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-options.outputCharacters);
    });
  }
  // A shell that ends early does not read all of it; that it failed is told by its exit.
  child.stdin?.on("error", () => {});
  // In braces the shell reads the whole before it begins, and what it starts cannot read the rest as its own input.
  child.stdin?.end(`{\n${options.command}\n} </dev/null\n`);

  const closed = once(child, "close").catch(() => {});
  const failure = await waitForEnd(child, signal, () =>
    timeout.aborted ? `took longer than ${options.timeoutSeconds} s and was killed` : "was stopped with the service",
  );
  await letDrain(child, closed);
  return { ...(failure !== undefined && { failure }), output: output.replaceAll("\0", "\ufffd").toWellFormed() };
}

/** Why it failed; it is not waited for once it is killed. */
async function waitForEnd(
  child: ChildProcess,
  signal: AbortSignal,
  explain: () => string,
): Promise<string | undefined> {
  try {
    const [code, killedBy] = (await once(child, "exit", { signal })) as [number | null, NodeJS.Signals | null];
    if (killedBy !== null) return `was ended by ${killedBy}`;
    return code === 0 ? undefined : `ended with exit code ${code}`;
  } catch (error) {
    if (!signal.aborted) return `could not be started: ${errorMessage(error)}`;
    killGroup(child);
    return explain();
  }
}

/** Where the group has ended, or belongs to another user by now, there is nothing that we could do. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {}
}

/** What goes on in the background may write further, heard by nobody, and does not keep this process alive. */
async function letDrain(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([closed, delay(drainMs, undefined, { signal: waiting.signal }).catch(() => {})]);
  waiting.abort();
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners("data").resume();
    if (stream instanceof Socket) stream.unref();
  }
}
