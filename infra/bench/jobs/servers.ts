import { type Server, startPostgres, startRedis } from "../../e2e/programs.ts";
import { type Cores, runOn } from "../cores.ts";
import type { BackendName } from "./variants.ts";

export interface Servers {
  /** Undefined for a backend that is not installed. */
  readonly urls: Readonly<Record<BackendName, string | undefined>>;
  close(): Promise<void>;
}

/** Starts Redis, where it is installed, and Postgres: on the core that is not measured. */
export async function startServers(cores: Cores | undefined): Promise<Servers> {
  const started: Server[] = [];
  async function start(startOne: () => Promise<Server | undefined>): Promise<string | undefined> {
    const server = await runOn(cores?.load, startOne);
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
