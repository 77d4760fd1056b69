import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDatabase } from "./adapters/postgres/database.ts";
import { startEmbeddedPostgres } from "./adapters/postgres/embedded.ts";
import { type Comparison, compareRollups } from "./adapters/postgres/rollup-verify.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { errorMessage } from "./error-message.ts";

const usage = `Usage: npm run rollup:verify [-- --help]

Counts all jobs and deliveries anew and compares the result with the counts that are kept beside them.
DATABASE_URL names the database, whose service may run meanwhile; without it, it is the embedded one of a
service that is stopped, in DATA_DIR. The exit code is 0 when all agree, and 1 when something does not.
`;

/** As in main.ts: the settings are wrong, or something that is needed cannot be had. */
const exitDisagree = 1;
const exitConfig = 78;
const exitUnavailable = 69;

/** Every row is read: at ten million jobs that takes a minute or two. */
const deadlineMs = 900_000;

interface Opened {
  readonly url: string;
  close(): Promise<void>;
}

async function openDatabase({ DATABASE_URL: url, DATA_DIR: folder }: Config): Promise<Opened> {
  if (url !== undefined) return { url, close: async () => {} };
  if (!existsSync(join(folder, "postgres")))
    throw new Error(`there is no embedded database in ${folder}: set DATA_DIR, or DATABASE_URL`);
  const data = await openDataFolder(folder, { alone: true });
  try {
    const postgres = await startEmbeddedPostgres({ folder: data.path });
    return { url: postgres.url, close: () => postgres.close().finally(data.close) };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** A line for each counter, and for each that disagrees another with the windows. */
function renderComparisons(compared: readonly Comparison[]): string {
  const width = Math.max(...compared.map(({ counter }) => counter.length));
  const lines = compared.flatMap(({ counter, kept, recounted, differing, windows }) => {
    const numbers = `${counter.padEnd(width)}  kept ${kept}, recounted ${recounted}`;
    if (differing === 0) return [`ok        ${numbers}`];
    const where = windows.length === 0 ? [] : [`          in ${differing} windows: ${windows.join(", ")}`];
    return [`DISAGREE  ${numbers}`, ...where];
  });
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (existsSync(".env")) process.loadEnvFile();
  // Whatever role the settings are for, no more than the database is needed.
  const opened = await openDatabase(readConfig({ ...process.env, ROLE: "api" }));
  const database = createDatabase({
    url: opened.url,
    poolSize: 1,
    deadlineMs,
  });
  try {
    const compared = await compareRollups(database);
    process.stdout.write(renderComparisons(compared));
    if (compared.some(({ differing }) => differing > 0)) process.exitCode = exitDisagree;
  } finally {
    await database.close();
    await opened.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`rollup:verify: ${errorMessage(error)}\n`);
  process.exitCode = error instanceof ConfigError ? exitConfig : exitUnavailable;
});
