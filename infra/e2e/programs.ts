import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startEmbeddedPostgres } from "../../app/adapters/postgres/embedded.ts";
import { monitors } from "../engines/process/monitors.ts";
import { findOnPath } from "../engines/process/path.ts";

/** A program that a test started, and may kill. */
export interface Program {
  /** As a crash would: no chance to write anything. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Once more with the same data on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Server extends Program {
  readonly url: string;
  readonly port: number;
}

export async function makeFolder(): Promise<{ readonly path: string; close(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "gozcu-"));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** The path of a program, or undefined where it is not installed; then with `REQUIRE_TOOLS=1` it throws. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const path = [...(process.env.PATH ?? "").split(delimiter), ...folders].map((folder) => join(folder, name));
  const found = path.find((file) => existsSync(file));
  if (found === undefined && process.env.REQUIRE_TOOLS === "1")
    throw new Error(`${name} is not installed, and REQUIRE_TOOLS=1 asks for it`);
  return found;
}

/** Alertmanager under any of the names that the product knows it by; else as {@link findProgram}. */
export function findAlertmanager(): string | undefined {
  return findOnPath(monitors.alertmanager.commands, process.env.PATH ?? "") ?? findProgram("alertmanager");
}

/** Debian keeps each version's programs in a folder of its own. */
function findDebianPostgres() {
  const root = "/usr/lib/postgresql";
  const [folder] = existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
  const initdb = findProgram("initdb", folder === undefined ? [] : [folder]);
  return initdb === undefined ? undefined : { initdb, pg_ctl: join(initdb, "..", "pg_ctl") };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function waitUntilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await delay(20);
  }
}

/** The system's Postgres; where there is none, the one of the npm package. What is in a `folder` of yours stays. */
export async function startPostgres(options: { readonly folder?: string } = {}): Promise<Server> {
  const folder =
    options.folder === undefined ? await makeFolder() : { path: options.folder, close: () => Promise.resolve() };
  const port = await findFreePort();
  const programs = findDebianPostgres();
  const start = () => startEmbeddedPostgres({ folder: folder.path, port, ...(programs && { programs }) });
  let server = await start();
  let running = true;
  return {
    url: server.url,
    port,
    async kill() {
      running = false;
      const [pid] = (await readFile(join(folder.path, "postgres", "postmaster.pid"), "utf8")).split("\n");
      process.kill(Number(pid), "SIGKILL");
      await waitUntilGone(Number(pid));
    },
    async restart() {
      // The killed server's children may hold its memory for a moment longer; the new one refuses until then.
      for (let tries = 1; ; tries += 1) {
        try {
          server = await start();
          running = true;
          return;
        } catch (error) {
          if (tries === 50) throw error;
          await delay(200);
        }
      }
    },
    async close() {
      if (running) await server.close();
      await folder.close();
    },
  };
}

/** A Redis that keeps its data as BullMQ asks for: append-only, no eviction. Undefined where it is not installed. */
export async function startRedis(): Promise<Server | undefined> {
  const program = findProgram("redis-server");
  if (program === undefined) return undefined;
  const folder = await makeFolder();
  const port = await findFreePort();
  const flags = ["--port", String(port), "--dir", folder.path, "--appendonly", "yes", "--save", ""];

  async function start(): Promise<ChildProcess> {
    const child = spawn(program ?? "", [...flags, "--maxmemory-policy", "noeviction"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    for await (const chunk of child.stdout) if (String(chunk).includes("Ready to accept connections")) break;
    child.stdout.resume();
    return child;
  }
  let child = await start();
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended(child);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end("SIGKILL"),
    async restart() {
      child = await start();
    },
    async close() {
      await end("SIGTERM");
      await folder.close();
    },
  };
}
