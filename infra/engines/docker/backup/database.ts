import { createInterface } from "node:readline";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { z } from "zod";
import { postgresDatabase, postgresUser } from "../../../topology/postgres.ts";
import type { Docker } from "../docker-cli.ts";
import { dockerNames } from "../names.ts";
import type { Counts } from "./manifest.ts";

/** Where a restore builds the new database, and what it calls the one from before until all is well. */
const fresh = `${postgresDatabase}_restore`;
const former = `${postgresDatabase}_before_restore`;
/** Nobody's: from there the others are renamed. */
const maintenance = "postgres";

/** From the rollups, which hold the numbers that people know from the status page; they cost nothing to read. */
const countStatement = `select json_build_object(
    'jobs', coalesce(sum(total), 0), 'pending', coalesce(sum(pending), 0), 'processing', coalesce(sum(processing), 0),
    'completed', coalesce(sum(completed), 0), 'failed', coalesce(sum(failed), 0),
    'cancelled', coalesce(sum(cancelled), 0),
    'webhooks', (select coalesce(sum(total), 0) from delivery_totals)) from job_totals;`.replaceAll("\n", " ");

const CountsSchema = z.record(z.string(), z.int().nonnegative());
const readCounts = (json: string): Counts => CountsSchema.parse(JSON.parse(json));

export interface DatabasePlace {
  readonly docker: Docker;
  /** The stack's name. */
  readonly stack: string;
}

const containerOf = ({ stack }: DatabasePlace) => dockerNames.container(stack, "postgres", 1);

/** A program of Postgres' in its container. It speaks through the local socket, where nobody is asked for a password. */
function renderCommand(place: DatabasePlace, program: string, ...args: readonly string[]): readonly string[] {
  return ["exec", "--interactive", containerOf(place), program, `--username=${postgresUser}`, ...args];
}

function renderPsql(place: DatabasePlace, database: string, ...args: readonly string[]): readonly string[] {
  const plain = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"];
  return renderCommand(place, "psql", `--dbname=${database}`, ...plain, ...args);
}

/** Several statements succeed or fail together. */
async function ask(place: DatabasePlace, database: string, ...statements: readonly string[]): Promise<string> {
  const commands = statements.map((statement) => `--command=${statement}`);
  return (await place.docker.ask(...renderPsql(place, database, "--single-transaction", ...commands))).trim();
}

/** Bytes on the disk: a dump, which holds no indexes, is smaller. */
export async function measureDatabase(place: DatabasePlace): Promise<number> {
  return Number(await ask(place, postgresDatabase, "select pg_database_size(current_database())"));
}

/**
 * Dumps the database while it is in use. A second session shows `pg_dump` the moment at which it counts, so that the
 * counts are those of the dump.
 * @returns how many jobs there are, by status.
 */
export async function dumpDatabase(place: DatabasePlace, output: Writable): Promise<Counts> {
  const { docker } = place;
  const questions = new PassThrough();
  const answers = new PassThrough();
  const session = docker.pipe(renderPsql(place, postgresDatabase), { input: questions, output: answers });
  const lines = createInterface({ input: answers })[Symbol.asyncIterator]();
  async function readLine(): Promise<string> {
    const next = await Promise.race([lines.next(), session.then(() => undefined)]);
    if (typeof next?.value === "string") return next.value;
    // Its own complaint tells more.
    await session;
    throw new Error("the session with Postgres ended early");
  }
  questions.write("begin isolation level repeatable read read only;\nselect pg_export_snapshot();\n");
  questions.write(`${countStatement}\n`);
  try {
    const snapshot = await readLine();
    const counts = readCounts(await readLine());
    const dump = ["--format=custom", `--snapshot=${snapshot}`, postgresDatabase];
    await docker.pipe(renderCommand(place, "pg_dump", ...dump), { output });
    return counts;
  } finally {
    questions.end("commit;\n");
    await session;
  }
}

/** @throws DockerError when this server's version cannot read the dump. */
export async function checkDump({ docker, ...place }: DatabasePlace, dump: Readable): Promise<void> {
  const container = containerOf({ docker, ...place });
  await docker.pipe(["exec", "--interactive", container, "pg_restore", "--list"], {
    input: dump,
    output: new PassThrough().resume(),
  });
}

async function drop(place: DatabasePlace, database: string): Promise<void> {
  // With --force also while somebody is still in it, such as a restore that was interrupted.
  await place.docker.ask(...renderCommand(place, "dropdb", "--if-exists", "--force", database));
}

/** Deletes what a restore has laid beside the database: the new one that did not come in, and the one from before. */
export async function clearDatabases(place: DatabasePlace): Promise<void> {
  await drop(place, fresh);
  await drop(place, former);
}

/** Builds the dump's database beside the one that is in use. Gives what there is in it. */
export async function loadDump(place: DatabasePlace, dump: Readable): Promise<Counts> {
  const { docker } = place;
  await clearDatabases(place);
  await docker.ask(...renderCommand(place, "createdb", "--template=template0", fresh));
  await docker.pipe(renderCommand(place, "pg_restore", `--dbname=${fresh}`, "--no-owner", "--exit-on-error"), {
    input: dump,
  });
  // A dump knows nothing of how values are spread: without it the first questions are planned badly.
  await ask(place, fresh, "analyze");
  return readCounts(await ask(place, fresh, countStatement));
}

/** Puts the new database in the place of the old one, which is kept under another name. Both renames, or none. */
export async function swapDatabases(place: DatabasePlace): Promise<void> {
  await ask(
    place,
    maintenance,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname in ('${postgresDatabase}', '${fresh}')`,
    `alter database ${postgresDatabase} rename to ${former}`,
    `alter database ${fresh} rename to ${postgresDatabase}`,
  );
}
