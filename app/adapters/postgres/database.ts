import pg from "pg";
import type { Tracing } from "../../telemetry/tracing.ts";
import { codeOf, DatabaseUnavailable, isUnavailable } from "./errors.ts";
import { createQueryDeadline } from "./query-deadline.ts";

/** What runs SQL: the pool, or one connection inside a transaction. */
export interface Sql {
  /** The rows. `doing` completes the sentence "the database did not answer while …". */
  query<Row extends pg.QueryResultRow>(doing: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /**
   * Runs `work` in one transaction; commits when it resolves. Repeats it when Postgres chose it as a deadlock's victim,
   * so `work` must have no effect outside the database.
   */
  transaction<T>(doing: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** The longest wait for a connection, and for an answer. */
  readonly deadlineMs: number;
  /** Whether the schema is there; until then every query is refused. */
  readonly available?: () => boolean;
  /** Traces each query; by default none is. */
  readonly call?: Tracing["call"];
  /** Told of idle connections that break. */
  readonly onError?: (error: Error) => void;
}

type UseConnection = <T>(query: (client: pg.PoolClient) => Promise<T>) => Promise<T>;

const deadlock = new Set(["40P01", "40001"]);
const triesAtDeadlock = 4;

/** A query as the semantic conventions for databases have it. Values are not recorded: they may be anybody's. */
function describeQuery(text: string) {
  const operation = /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? "";
  const attributes = { "db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": text };
  return { name: `${operation} postgresql`, attributes };
}

function wrap(doing: string, error: unknown): unknown {
  return isUnavailable(error) ? new DatabaseUnavailable(doing, error) : error;
}

/** By a callback: pg makes its promises with a function in a property of the query, and that is long-lived (`createQueryDeadline`). */
function runQuery<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    client.query<Row>(text, [...values], (error: Error | undefined, result) =>
      error ? reject(error) : resolve(result),
    );
  });
}

/** A pool of connections. Every wait is bounded: a server that accepts and never answers is `DatabaseUnavailable` too. */
export function createDatabase(options: DatabaseOptions): Database {
  const { call = (_describe, fn) => fn(() => {}) } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: options.deadlineMs,
    statement_timeout: options.deadlineMs,
    idle_in_transaction_session_timeout: options.deadlineMs * 5,
    keepAlive: true,
    application_name: "gozcu",
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on("error", options.onError ?? (() => {}));

  const deadline = createQueryDeadline(options.deadlineMs);

  /** Lends a connection of the pool. One that breaks meanwhile, or is told to `spoil`, is not used again. */
  async function lend<T>(work: (client: pg.PoolClient, spoil: () => void) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    const spoil = () => {
      broken = true;
    };
    // One that breaks between two queries reports it here; the next query rejects.
    client.on("error", spoil);
    try {
      return await work(client, spoil);
    } catch (error) {
      if (isUnavailable(error)) spoil();
      throw error;
    } finally {
      client.off("error", spoil);
      client.release(broken);
    }
  }

  /** One query, on the connection that `use` gives. Its span holds the wait for one, too. */
  function ask<Row extends pg.QueryResultRow>(
    use: UseConnection,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return call(
      () => describeQuery(text),
      () => use(async (client) => (await deadline.watch(client, () => runQuery<Row>(client, text, values))).rows),
    );
  }

  const once = <T>(work: (sql: Sql) => Promise<T>) =>
    lend(async (client, spoil) => {
      const use: UseConnection = (query) => query(client);
      try {
        await ask(use, "begin");
        const result = await work({ query: (_doing, text, values) => ask(use, text, values) });
        await ask(use, "commit");
        return result;
      } catch (error) {
        if (!isUnavailable(error)) await deadline.watch(client, () => runQuery(client, "rollback")).catch(spoil);
        throw error;
      }
    });

  /** Retries a deadlock's victim: all of its work was undone, that of a single statement too. */
  async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
    if (options.available?.() === false) throw new DatabaseUnavailable(doing, new Error("its schema is not there yet"));
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (tries < triesAtDeadlock && deadlock.has(codeOf(error))) continue;
        throw wrap(doing, error);
      }
    }
  }

  return {
    query: (doing, text, values) => attempt(doing, () => ask(lend, text, values)),
    transaction: (doing, work) => attempt(doing, () => once(work)),
    async close() {
      await pool.end();
      deadline.close();
    },
  };
}

/** `18.4`: the server's own version; undefined while it does not answer. */
export async function readServerVersion(database: Sql): Promise<string | undefined> {
  try {
    const [row] = await database.query<{ server_version: string }>("telling its version", "show server_version");
    // Debian's says besides what it was packaged as.
    return row?.server_version.split(" ")[0];
  } catch {
    return undefined;
  }
}
