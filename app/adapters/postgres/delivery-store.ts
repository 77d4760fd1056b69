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

    /** Nothing is written when another worker has ended it meanwhile: its record stands. */
    async record(id, attempt, ended) {
      const written = await database.query(
        "recording a delivery",
        `with recorded as (
           update deliveries set attempts = attempts + 1, status = coalesce($2, status),
             ended_at = case when $2::text is null then null else clock_timestamp() end
           where id = $1 and status = 'waiting' returning id, attempts, coalesce(ended_at, clock_timestamp()) as at)
         insert into delivery_attempts (delivery_id, n, at, outcome, status_code, error, duration_ms)
         select id, attempts, at, $3, $4, $5, $6 from recorded returning n`,
        [
          id,
          ended ?? null,
          attempt.outcome,
          attempt.statusCode ?? null,
          attempt.error ?? null,
          Math.round(attempt.durationMs),
        ],
      );
      return written.length > 0;
    },
  };
}
