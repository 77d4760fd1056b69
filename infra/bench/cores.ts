import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What is measured and what measures it each have a core of their own, so that neither takes the other's time. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** "0-2,5" as 0, 1, 2, 5: the form of `Cpus_allowed_list` in Linux' `/proc/self/status`. */
export function readCoreList(text: string): readonly number[] {
  return text.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

/** The first two cores that this process may use; undefined with fewer, or where there is no `taskset`. */
export function findCores(): Cores | undefined {
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const [server, load] = readCoreList(list);
  return server === undefined || load === undefined ? undefined : { server, load };
}

/** A command that runs on that core only, its threads too; as it is when there is none to pin it to. */
export function pin(command: readonly string[], core: number | undefined): readonly string[] {
  return core === undefined ? command : ["taskset", "--cpu-list", String(core), ...command];
}

/** As far as `taskset` is there, which is so when there are cores. */
function taskset(...flags: readonly string[]): string {
  const { stdout } = spawnSync("taskset", [...flags, String(process.pid)], { encoding: "utf8" });
  return stdout;
}

/**
 * Keeps this process on one core until `work` has settled, with what `work` starts and does not pin itself; then gives
 * it back the cores that it had. Without a core it only works.
 */
export async function runOn<T>(core: number | undefined, work: () => Promise<T>): Promise<T> {
  if (core === undefined) return work();
  const before = taskset("--cpu-list", "--pid").split(": ").at(-1)?.trim() ?? "";
  const move = (list: string) => taskset("--all-tasks", "--cpu-list", "--pid", list);
  move(String(core));
  try {
    return await work();
  } finally {
    move(before);
  }
}

/** The line of a page that tells of it: what is measured, and all that has the other core. */
export function describeCores(
  cores: Cores | undefined,
  { measured, beside }: { readonly measured: string; readonly beside: string },
): string {
  return cores === undefined
    ? `Not pinned, which needs taskset (Linux) and two cores: ${measured} shared its cores with ${beside}.`
    : `Pinned: ${measured} to core ${cores.server}, ${beside} to core ${cores.load}.`;
}
