import type pg from "pg";

/** How often it is looked whose time is up, within one deadline. */
const looksPerDeadline = 5;

export interface QueryDeadline {
  /** Runs a query of a connection; one that is not answered in time has its connection cut, and rejects. */
  watch<T>(client: pg.PoolClient, query: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Bounds the wait for answers, by one timer for all connections. It takes up to a fifth longer, so that Postgres, whose
 * `statement_timeout` is the same, says first what was wrong.
 *
 * pg's own `query_timeout` writes a function into a property of each query. To V8 such a function is long-lived from its
 * start: with all that it refers to, the rows too, it stays until the next full collection.
 */
export function createQueryDeadline(deadlineMs: number): QueryDeadline {
  const open = new Set<{ readonly client: pg.PoolClient; readonly since: number }>();

  const timer = setInterval(() => {
    const late = performance.now() - deadlineMs;
    for (const { client, since } of open) {
      // What a pool lends is a client. With a query in hand its end cuts the connection, and the query rejects.
      if (since <= late) void (client as pg.PoolClient & Pick<pg.Client, "end">).end();
    }
  }, deadlineMs / looksPerDeadline).unref();

  return {
    async watch(client, query) {
      const entry = { client, since: performance.now() };
      open.add(entry);
      try {
        return await query();
      } finally {
        open.delete(entry);
      }
    },
    close: () => clearInterval(timer),
  };
}
