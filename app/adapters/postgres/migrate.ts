import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { Obstacle } from "../../start/obstacle.ts";
import { codeOf, isUnavailable } from "./errors.ts";

const folder = fileURLToPath(new URL("migrations", import.meta.url));
const connectTimeoutMs = 5_000;
const retryMs = 1_000;

/** A lock is held by a process of the version before, for longer than a migration waits. */
const lockNotAvailable = "55P03";

/** A server that has just come up may lack its database (3D000) and its users (class 28) for a moment. */
const notYetProvisioned = /^(3D000|28)/;

/** @throws Obstacle for a schema with migrations that we do not have: a newer version has brought it on. */
async function checkNotNewer(client: pg.Client): Promise<void> {
  const there = await client.query<{ found: boolean }>("select to_regclass('migrations') is not null as found");
  if (there.rows[0]?.found !== true) return;
  const { rows } = await client.query<{ name: string }>("select name from migrations order by id");
  const ours = new Set((await readdir(folder)).map((file) => file.replace(/\.sql$/, "")));
  const unknown = rows.map(({ name }) => name).filter((name) => !ours.has(name));
  if (unknown.length === 0) return;
  throw new Obstacle(
    "data",
    `a newer gozcu has changed the database (${unknown.join(", ")}): start that version or a later one, or choose another ` +
      "database (--data or DATA_DIR for the embedded one, else DATABASE_URL)",
  );
}

/**
 * Brings the schema up to date. Replicas that start at once wait for each other on an advisory lock, and all but the
 * first find nothing left to do.
 * @throws Obstacle for a schema that a newer version has changed.
 */
export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  // The query that is under way rejects too; without a listener a broken connection would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    await checkNotNewer(client);
    await runner({
      dbClient: client,
      dir: folder,
      direction: "up",
      migrationsTable: "migrations",
      advisoryLockMode: "wait",
      checkOrder: true,
      log: () => {},
    });
  } finally {
    await client.end().catch(() => {});
  }
}

export interface Migration {
  isDone(): boolean;
  /** Why it is not done, a few words; undefined when it is. */
  obstacle(): string | undefined;
  /** Resolves when the first try has ended, be the database there or away. Rejects when a migration itself is wrong. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
}

/** {@link migrate}, again and again while the database is away: the service starts without it, and says so. */
export function migrateWhenUp(options: {
  readonly url: string;
  readonly log: (level: "info" | "warn" | "error", message: string, error?: unknown) => void;
}): Migration {
  const closing = new AbortController();
  const tried = Promise.withResolvers<void>();
  let isDone = false;
  let waiting = false;

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await migrate(options.url);
        isDone = true;
        tried.resolve();
        if (waiting) options.log("info", "the database is there and its schema up to date");
        return;
      } catch (error) {
        const code = codeOf(error);
        const mayPass = isUnavailable(error) || code === lockNotAvailable || (waiting && notYetProvisioned.test(code));
        if (!mayPass) throw error;
        if (!waiting) options.log("warn", "waiting for the database", error);
        waiting = true;
        tried.resolve();
        await delay(retryMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }
  let failed = false;
  const running = run().catch((error: unknown) => {
    failed = true;
    // Whoever waits for the first try is told by its error.
    if (waiting || !(error instanceof Obstacle)) {
      options.log("error", "the schema could not be brought up to date", error);
    }
    tried.reject(error);
  });
  return {
    isDone: () => isDone,
    obstacle() {
      if (isDone) return undefined;
      return failed ? "the schema could not be brought up to date; the log says why" : "waiting for the database";
    },
    tried: tried.promise,
    async close() {
      closing.abort();
      await running;
    },
  };
}
