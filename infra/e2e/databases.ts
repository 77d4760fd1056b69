import { afterAll, afterEach, beforeAll } from "@jest/globals";
import pg from "pg";
import { createDatabase, type Database } from "../../app/adapters/postgres/database.ts";
import { migrate } from "../../app/adapters/postgres/migrate.ts";
import { type Server, startPostgres } from "./programs.ts";

const template = "with_schema";
const deadlineMs = 10_000;

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Runs SQL past the product's code, on a connection of its own. */
  readonly sql: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
}

export interface Databases {
  readonly server: () => Server;
  /** The URL of a database with nothing in it. */
  createEmpty(): Promise<string>;
  /** A database with the product's schema. `settings` are those of its connections, such as `TimeZone`. */
  create(settings?: Readonly<Record<string, string>>): Promise<TestDatabase>;
}

/** For a test file: one real Postgres, and databases in it, each for one test and closed after it. */
export function useDatabases(): Databases {
  let server: Server | undefined;
  let made = 0;
  const closers: (() => Promise<void>)[] = [];

  function running(): Server {
    if (server === undefined) throw new Error("Postgres has not been started: databases are made inside a test");
    return server;
  }

  async function make(from: string): Promise<string> {
    made += 1;
    const name = `test_${made}`;
    const client = new pg.Client({ connectionString: running().url });
    await client.connect();
    await client.query(`create database ${name} template ${from}`);
    await client.end();
    return Object.assign(new URL(running().url), { pathname: `/${name}` }).href;
  }

  beforeAll(async () => {
    server = await startPostgres();
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create database ${template}`);
    await client.end();
    await migrate(Object.assign(new URL(server.url), { pathname: `/${template}` }).href);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await server?.close();
  });

  return {
    server: running,
    createEmpty: () => make("template0"),
    async create(settings = {}) {
      const url = new URL(await make(template));
      const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
      if (options.length > 0) url.searchParams.set("options", options.join(" "));
      const database = createDatabase({
        url: url.href,
        poolSize: 10,
        deadlineMs,
        available: () => true,
        onError: () => {},
      });
      const direct = new pg.Pool({ connectionString: url.href, max: 1 });
      closers.push(database.close, () => direct.end());
      return {
        url: url.href,
        database,
        sql: async (text, values = []) => (await direct.query(text, [...values])).rows,
      };
    },
  };
}
