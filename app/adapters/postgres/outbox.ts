import type { QueueName } from "../../catalogue/names.ts";
import type { Outbox } from "../../jobs/relay.ts";
import type { TraceCarrier } from "../../telemetry/trace-carrier.ts";
import type { Database, Sql } from "./database.ts";
import { readCarrier } from "./job-row.ts";

/** Notes, inside the caller's transaction, that entries are to be handed to a queue, and the trace this belongs to. */
export async function addToOutbox(
  sql: Sql,
  queue: QueueName,
  entryIds: readonly string[],
  { traceparent = null, tracestate = null }: { [K in keyof TraceCarrier]: TraceCarrier[K] | null } = {},
): Promise<void> {
  await sql.query(
    "writing the outbox",
    "insert into outbox (queue, entry_id, traceparent, tracestate) select $1, unnest($2::text[]), $3, $4",
    [queue, entryIds, traceparent, tracestate],
  );
}

interface OutboxRow {
  readonly id: string;
  readonly queue: QueueName;
  readonly entry_id: string;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** The outbox. Several processes may take from it at once: each gets other rows. */
export function createOutbox(database: Database): Outbox {
  return {
    /** The rows are deleted only when `handOver` has resolved: a crash in between hands them over again. */
    take: (limit, handOver) =>
      database.transaction("emptying the outbox", async (sql) => {
        const rows = await sql.query<OutboxRow>(
          "reading the outbox",
          "select id, queue, entry_id, traceparent, tracestate from outbox order by id limit $1 for update skip locked",
          [limit],
        );
        if (rows.length === 0) return 0;
        await handOver(rows.map((row) => ({ queue: row.queue, id: row.entry_id, carrier: readCarrier(row) })));
        await sql.query("emptying the outbox", "delete from outbox where id = any($1::bigint[])", [
          rows.map((row) => row.id),
        ]);
        return rows.length;
      }),
    put: (queue, entryIds) => addToOutbox(database, queue, entryIds),
  };
}
