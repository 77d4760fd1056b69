import { spawnSync } from "node:child_process";
import { type Server, startPostgres, startRedis } from "../../e2e/programs.ts";
import type { Cores } from "../cores.ts";
import type { BackendName } from "./variants.ts";

/** As far as `taskset` is there, which is so when there are cores. */
function taskset(...flags: readonly string[]): string {
  const { stdout } = spawnSync("taskset", ["--cpu-list", "--pid", ...flags, String(process.pid)], { encoding: "utf8" });
  return stdout;
}

/** Runs `start` on that core alone: what it spawns stays there, and we are given back the cores that we had. */
async function startOn<T>(core: number, start: () => Promise<T>): Promise<T> {
  const before = taskset().split(": ").at(-1)?.trim() ?? "";
  taskset(String(core));
  try {
    return await start();
  } finally {
    taskset(before);
  }
}

export interface Servers {
  /** Undefined for a backend that is not installed. */
  readonly urls: Readonly<Record<BackendName, string | undefined>>;
  close(): Promise<void>;
}

/** Starts Redis, where it is installed, and Postgres: on the core that is not measured. */
export async function startServers(cores: Cores | undefined): Promise<Servers> {
  const started: Server[] = [];
  async function start(startOne: () => Promise<Server | undefined>): Promise<string | undefined> {
    const server = await (cores === undefined ? startOne() : startOn(cores.load, startOne));
    if (server !== undefined) started.push(server);
    return server?.url;
  }
  async function close(): Promise<void> {
    for (const server of started.reverse()) await server.close();
  }
  try {
    return { urls: { redis: await start(startRedis), postgres: await start(startPostgres) }, close };
  } catch (error) {
    await close();
    throw error;
  }
}
