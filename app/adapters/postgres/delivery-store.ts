import type { DeliveryStore } from "../../jobs/deliver.ts";
import type { Database } from "./database.ts";
import { type JobRow, readCarrier } from "./job-row.ts";

interface DeliveryRow extends Pick<JobRow, "traceparent" | "tracestate"> {
  readonly url: string;
  readonly body: string;
  readonly attempts: number;
}

/** Webhook deliveries in Postgres: what to send, and what became of each attempt. */
export function createDeliveryStore(database: Database): DeliveryStore {
  return {
    async open(id) {
      const [row] = await database.query<DeliveryRow>(
        "reading a delivery",
        "select url, body, attempts, traceparent, tracestate from deliveries where id = $1 and status = 'waiting'",
        [id],
      );
      return row && { id, url: row.url, body: row.body, attempts: row.attempts, carrier: readCarrier(row) };
    },

    record: (id, attempt, ended) =>
      database.transaction("recording a delivery", async (sql) => {
        const [row] = await sql.query<{ attempts: number }>(
          "recording a delivery",
          `update deliveries set attempts = attempts + 1, status = coalesce($2, status),
             ended_at = case when $2::text is null then null else clock_timestamp() end
           where id = $1 and status = 'waiting' returning attempts`,
          [id, ended ?? null],
        );
        // Another worker ended it meanwhile; its record stands.
        if (row === undefined) return;
        await sql.query(
          "recording a delivery",
          `insert into delivery_attempts (delivery_id, n, outcome, status_code, error, duration_ms)
           values ($1, $2, $3, $4, $5, $6)`,
          [
            id,
            row.attempts,
            attempt.outcome,
            attempt.statusCode ?? null,
            attempt.error ?? null,
            Math.round(attempt.durationMs),
          ],
        );
      }),
  };
}
