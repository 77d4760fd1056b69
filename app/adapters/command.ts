import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** UTF-8 takes no more for what JavaScript counts as one character. */
const bytesPerCharacter = 3;

/** Which pipe ties the command to this process. */
const lifelineFd = 3;

/**
 * Kills the whole group when the lifeline ends without a word: this process was killed, and nobody else is left to keep
 * the command's time. In a shell of its own that is gone at once, so that a `wait` of the command does not wait for it.
 */
const guardGroup = `( (read -r word || kill -KILL 0) <&${lifelineFd} >/dev/null 2>&1 & )\nexec ${lifelineFd}<&-`;

/**
 * Runs a command of the operator's in a process group of its own, and never rejects. At the timeout, when `signal` says
 * so, or when this process dies, the whole group is killed. What a command that succeeds has left running goes on, also
 * when this process has ended; what that still writes takes space on the disk until it ends, and can be read by nobody.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1_000);
  const signal = AbortSignal.any([options.signal, timeout]);
  if (signal.aborted) return { failure: "was stopped before it began", output: "" };

  let file: FileHandle | undefined;
  try {
    file = await openNameless();
    const failure = await runShell(options, file, signal, () =>
      timeout.aborted ? `took longer than ${options.timeoutSeconds} s and was killed` : "was stopped with the service",
    );
    const output = await readTail(file, options.outputCharacters);
    return { ...(failure !== undefined && { failure }), output };
  } catch (error) {
    return { failure: `could not be run: ${errorMessage(error)}`, output: "" };
  } finally {
    await file?.close();
  }
}

/** A file that goes when the last process that has it open does. Not a pipe: that would break with this process. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `gozcu-command-${randomUUID()}`);
  const file = await open(path, "ax+", 0o600);
  await unlink(path);
  return file;
}

/** Why it failed; it is not waited for once it is killed. */
async function runShell(
  { command, env }: CommandOptions,
  output: FileHandle,
  signal: AbortSignal,
  explain: () => string,
): Promise<string | undefined> {
  const child: ChildProcess = spawn("/bin/sh", ["-s"], {
    detached: true,
    env: { ...env },
    stdio: ["pipe", output.fd, output.fd, "pipe"],
  });
  // A shell that ends early does not read all of it; that it failed is told by its exit.
  child.stdin?.on("error", () => {});
  // In braces the shell reads the whole before it begins, and what it starts cannot read the rest as its own input.
  child.stdin?.end(`${guardGroup}\n{\n${command}\n} </dev/null\n`);
  const lifeline = child.stdio[lifelineFd];
  // The guard is gone with its group when that was killed.
  lifeline?.on("error", () => {});
  try {
    const [code, killedBy] = (await once(child, "exit", { signal })) as [number | null, NodeJS.Signals | null];
    if (killedBy !== null) return `was ended by ${killedBy}`;
    return code === 0 ? undefined : `ended with exit code ${code}`;
  } catch (error) {
    if (!signal.aborted) throw error;
    killGroup(child);
    return explain();
  } finally {
    // The word that lets the guard go in peace, and what was left running live.
    if (lifeline instanceof Socket) lifeline.end("over\n", () => lifeline.destroy());
    child.unref();
  }
}

/** Where the group has ended, or belongs to another user by now, there is nothing that we could do. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {}
}

/** Whatever was written, only so much of it is read. */
async function readTail(file: FileHandle, characters: number): Promise<string> {
  const { size } = await file.stat();
  const length = Math.min(size, characters * bytesPerCharacter);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString("utf8", 0, bytesRead).slice(-characters).replaceAll("\0", "\ufffd").toWellFormed();
}
