import type { QueueName } from "../../catalogue/names.ts";
import type { Outbox } from "../../jobs/relay.ts";
import type { Database, Sql } from "./database.ts";

/** Notes, inside the caller's transaction, that an entry is to be handed to a queue. */
export async function addToOutbox(sql: Sql, queue: QueueName, entryIds: readonly string[]): Promise<void> {
  await sql.query("writing the outbox", "insert into outbox (queue, entry_id) select $1, unnest($2::text[])", [
    queue,
    entryIds,
  ]);
}

/** The outbox. Several processes may take from it at once: each gets other rows. */
export function createOutbox(database: Database): Outbox {
  return {
    /** The rows are deleted only when `handOver` has resolved: a crash in between hands them over again. */
    take: (limit, handOver) =>
      database.transaction("emptying the outbox", async (sql) => {
        const rows = await sql.query<{ id: string; queue: QueueName; entry_id: string }>(
          "reading the outbox",
          "select id, queue, entry_id from outbox order by id limit $1 for update skip locked",
          [limit],
        );
        if (rows.length === 0) return 0;
        await handOver(rows.map((row) => ({ queue: row.queue, id: row.entry_id })));
        await sql.query("emptying the outbox", "delete from outbox where id = any($1::bigint[])", [
          rows.map((row) => row.id),
        ]);
        return rows.length;
      }),
    put: (queue, entryIds) => addToOutbox(database, queue, entryIds),
  };
}
