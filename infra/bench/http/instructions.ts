import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { sendPings } from "../../e2e/otlp-load.ts";
import { makeFolder } from "../../e2e/programs.ts";
import { startVariant } from "./running-variant.ts";
import type { Variant } from "./variants.ts";

/** Counts the instructions that a process executes in user mode while something is done. */
interface InstructionCounter {
  readonly name: string;
  /** The command that the process runs under, where it needs one. */
  readonly wrapper: (folder: string) => readonly string[];
  readonly count: (pid: number, folder: string, work: () => Promise<void>) => Promise<number>;
}

/** The figure of `perf stat --field-separator ,`; undefined where the processor, or the virtual machine, does not count. */
export function readPerfCount(output: string): number | undefined {
  const [, count] = /^(\d+),[^,]*,instructions/m.exec(output) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** The sum of a callgrind profile. @see https://valgrind.org/docs/manual/cl-format.html */
export function readCallgrindCount(profile: string): number {
  const [, count] = /^totals: (\d+)$/m.exec(profile) ?? [];
  if (count === undefined) throw new Error("the callgrind profile has no totals");
  return Number(count);
}

const perfFlags = ["stat", "--field-separator", ",", "--event", "instructions:u"];

const perf: InstructionCounter = {
  name: "perf stat",
  wrapper: () => [],
  async count(pid, _folder, work) {
    const child = spawn("perf", [...perfFlags, "--pid", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
    const output = text(child.stderr);
    const ended = once(child, "exit");
    try {
      await once(child, "spawn");
      await work();
    } finally {
      child.kill("SIGINT");
      await ended;
    }
    const count = readPerfCount(await output);
    if (count === undefined) throw new Error(`perf stat counted nothing: ${await output}`);
    return count;
  },
};

/** Keeps the pipes by which the process is asked out of /tmp. */
const vgdb = (folder: string) => `--vgdb-prefix=${join(folder, "vgdb")}`;
const profile = (folder: string) => join(folder, "profile");

const callgrind: InstructionCounter = {
  name: "callgrind",
  // V8 writes the code that it runs: without the check valgrind would go on with the old one.
  wrapper: (folder) => [
    ...["valgrind", "--quiet", "--tool=callgrind", "--smc-check=all-non-file", vgdb(folder)],
    ...[`--callgrind-out-file=${profile(folder)}`, `--log-file=${join(folder, "log")}`],
  ],
  async count(pid, folder, work) {
    const control = (command: string) => promisify(execFile)("callgrind_control", [vgdb(folder), command, String(pid)]);
    await control("--zero");
    await work();
    await control("--dump");
    return readCallgrindCount(await readFile(`${profile(folder)}.1`, "utf8"));
  },
};

/** Perf where the processor's counters can be had, as it lets the process run at full speed; else valgrind, else none. */
export function findInstructionCounter(): InstructionCounter | undefined {
  const { stderr } = spawnSync("perf", [...perfFlags, "true"], { encoding: "utf8" });
  if (readPerfCount(String(stderr)) !== undefined) return perf;
  return spawnSync("callgrind_control", ["--version"]).status === 0 ? callgrind : undefined;
}

/** Instructions that a variant's process executes for a request, all its threads together. */
export async function countInstructions(
  variant: Variant,
  options: {
    readonly counter: InstructionCounter;
    /** Not counted: by then the code that matters is compiled. */
    readonly warmUpRequests: number;
    readonly requests: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { counter, warmUpRequests, requests, signal } = options;
  const folder = await makeFolder();
  try {
    const running = await startVariant(variant, { wrapper: counter.wrapper(folder.path), signal });
    const send = async (count: number) => {
      const answers = await sendPings(new URL(running.url).origin, count);
      signal.throwIfAborted();
      if (answers["200"] !== count)
        throw new Error(`${variant.label}: not every request was answered: ${JSON.stringify(answers)}`);
    };
    try {
      await send(warmUpRequests);
      return (await counter.count(running.server.pid, folder.path, () => send(requests))) / requests;
    } finally {
      await running.close();
    }
  } finally {
    await folder.close();
  }
}
