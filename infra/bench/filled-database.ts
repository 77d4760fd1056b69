import { statfs } from "node:fs/promises";
import { connect, fill } from "./fill.ts";
import { createProgress } from "./progress.ts";

/** What a job takes with its indexes, and what the server takes without jobs and writes meanwhile. */
const bytesPerJob = 400;
const bytesBeside = 3e9;

async function requireDisk(folder: string, jobs: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [free, needed] = [bavail * bsize, jobs * bytesPerJob + bytesBeside];
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (free < needed)
    throw new Error(
      `${folder} has ${gigabytes(free)} left, and ${jobs} jobs may need ${gigabytes(needed)}: try fewer, or a --keep FOLDER on another disk`,
    );
}

/**
 * The database with so many jobs, made under another name until it is complete; one that is there already is brought up to
 * now.
 * @param server the URL of a Postgres
 * @param folder where its data are
 * @returns the database's URL
 */
export async function openFilled(server: string, folder: string, jobs: number): Promise<string> {
  const [name, unfinished] = [`jobs_${jobs}`, `jobs_${jobs}_unfinished`];
  const urlOf = (database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
  const progress = createProgress(`${jobs} jobs`);
  const client = await connect(server);
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) {
      await requireDisk(folder, jobs);
      await client.query(`drop database if exists ${unfinished}`);
      await client.query(`create database ${unfinished}`);
      await fill({ url: urlOf(unfinished), jobs, onProgress: progress.tell });
      await client.query(`alter database ${unfinished} rename to ${name}`);
    } else {
      await fill({ url: urlOf(name), jobs, onProgress: progress.tell });
    }
  } finally {
    progress.end();
    await client.end();
  }
  return urlOf(name);
}
