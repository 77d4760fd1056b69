import type { OpenEntries, Relayed } from "../../jobs/relay.ts";
import type { Database } from "./database.ts";

const firstId = "00000000-0000-0000-0000-000000000000";

const tables = {
  jobs: { table: "jobs", open: "status in ('pending', 'processing')" },
  webhooks: { table: "deliveries", open: "status = 'waiting'" },
} as const satisfies Record<Relayed, object>;

/** What is not ended in Postgres and should therefore be known to the queue. */
export function createOpenEntries(database: Database): OpenEntries {
  return {
    async open(queue, { after = firstId, olderThanMs, limit }) {
      const { table, open } = tables[queue];
      const rows = await database.query<{ id: string }>(
        `looking for open ${queue}`,
        `select id from ${table} e
         where ${open} and id > $1 and created_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
           and not exists (select from outbox o where o.queue = $4 and o.entry_id = e.id::text)
         order by id limit $3`,
        [after, olderThanMs, limit, queue],
      );
      return rows.map((row) => row.id);
    },

    async stillOpen(queue, ids) {
      const { table, open } = tables[queue];
      const rows = await database.query<{ id: string }>(
        `looking for open ${queue} once more`,
        `select id from ${table} where id = any($1::uuid[]) and ${open} order by id`,
        [ids],
      );
      return rows.map((row) => row.id);
    },
  };
}
