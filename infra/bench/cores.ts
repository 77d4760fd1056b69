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

/** The line of a page that tells of it. */
export function describeCores(cores: Cores | undefined): string {
  return cores === undefined
    ? "Not pinned: this needs taskset (Linux) and two cores. Server and load generator took each other's time."
    : `Pinned: the server to core ${cores.server}, load generator and collector to core ${cores.load}.`;
}
