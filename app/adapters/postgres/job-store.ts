import { createHash } from "node:crypto";
import { v7 as uuid } from "uuid";
import type { JobDesk, JobOrder } from "../../api/ports.ts";
import { limits } from "../../catalogue/limits.ts";
import type { WebhookEvent } from "../../catalogue/webhooks.ts";
import { hasEnded, type Job, type JobInput, type TraceCarrier } from "../../jobs/job.ts";
import type { WorkerStore } from "../../jobs/worker.ts";
import type { Database, Sql } from "./database.ts";
import { type JobRow, jobColumns, readCarrier, readJob } from "./job-row.ts";
import { addToOutbox } from "./outbox.ts";

interface BegunRow extends Pick<JobRow, "id" | "type" | "attempts" | "traceparent" | "tracestate"> {
  readonly input: JobInput;
  readonly failures: number;
  readonly wait_ms: number;
}

export interface JobStoreOptions {
  readonly database: Database;
  /** The body of a webhook. */
  readonly renderEvent: (job: Job, event: WebhookEvent, occurredAt: Date) => string;
  /** Called after a commit that added to the outbox. */
  readonly onOutbox: () => void;
}

/** After every id that a job may have. */
const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const page = "j.id < $1 order by j.id desc";
/**
 * Says `j.status = $3 and j.id < $1` in a way that only the index over both can give in order. Put plainly, Postgres may
 * walk the primary key instead, past every newer job of another status: millions of them after a long outage.
 */
const pageOfStatus = "j.status >= $3 and (j.status, j.id) < ($3, $1::uuid) order by j.status desc, j.id desc";

async function selectJob(sql: Sql, id: string): Promise<JobRow | undefined> {
  const rows = await sql.query<JobRow>("reading a job", `select ${jobColumns} from jobs j where j.id = $1`, [id]);
  return rows[0];
}

/** Takes the key for this job, or tells which job has it. A key that is over its time is taken anew. */
async function claimKey(sql: Sql, { owner, key, fingerprint }: NonNullable<JobOrder["idempotency"]>, jobId: string) {
  const claimed = await sql.query(
    "claiming an idempotency key",
    `insert into idempotency_keys as k (owner, key, fingerprint, job_id) values ($1, $2, $3, $4)
     on conflict (owner, key) do update
       set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = clock_timestamp()
       where k.created_at < clock_timestamp() - make_interval(hours => $5)
     returning job_id`,
    [owner, key, fingerprint, jobId, limits.idempotencyHours],
  );
  if (claimed.length > 0) return undefined;
  const rows = await sql.query<{ job_id: string; fingerprint: string }>(
    "reading an idempotency key",
    "select job_id, fingerprint from idempotency_keys where owner = $1 and key = $2",
    [owner, key],
  );
  return rows[0];
}

/** Jobs in Postgres, for the API and for the worker. Whatever ends a job writes its webhook in the same transaction. */
export function createJobStore({ database, renderEvent, onOutbox }: JobStoreOptions): JobDesk & WorkerStore {
  /** After the row has ended: the delivery and its outbox row. */
  async function addDelivery(sql: Sql, id: string, carrier?: TraceCarrier): Promise<Job> {
    const row = await selectJob(sql, id);
    if (row === undefined) throw new Error(`job ${id} vanished while it ended`);
    const job = readJob(row);
    if (row.webhook_url === null || !hasEnded(row.status)) return job;
    const event: WebhookEvent = `job.${row.status}`;
    const { traceparent = null, tracestate = null } = carrier ?? readCarrier(row);
    const deliveryId = uuid();
    await sql.query(
      "writing a delivery",
      `insert into deliveries (id, job_id, event, url, body, traceparent, tracestate) values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        deliveryId,
        id,
        event,
        row.webhook_url,
        renderEvent(job, event, row.finished_at ?? new Date()),
        traceparent,
        tracestate,
      ],
    );
    await addToOutbox(sql, "webhooks", [deliveryId], { traceparent, tracestate });
    return job;
  }

  return {
    async accept(order) {
      const id = uuid();
      const result = await database.transaction("accepting a job", async (sql) => {
        if (order.idempotency !== undefined) {
          const first = await claimKey(sql, order.idempotency, id);
          if (first !== undefined) {
            if (first.fingerprint !== order.idempotency.fingerprint) return { conflict: true as const };
            const row = await selectJob(sql, first.job_id);
            if (row !== undefined) return { job: readJob(row), replayed: true };
          }
        }
        const { traceparent = null, tracestate = null } = order.carrier;
        const rows = await sql.query<JobRow>(
          "writing a job",
          `insert into jobs as j (id, type, input, webhook_url, traceparent, tracestate)
           values ($1, $2, $3, $4, $5, $6) returning ${jobColumns}`,
          [id, order.input.type, JSON.stringify(order.input), order.webhookUrl ?? null, traceparent, tracestate],
        );
        await addToOutbox(sql, "jobs", [id], { traceparent, tracestate });
        const [row] = rows;
        if (row === undefined) throw new Error("Postgres wrote a job and did not return it");
        return { job: readJob(row), replayed: false };
      });
      if ("job" in result && !result.replayed) onOutbox();
      return result;
    },

    async read(id) {
      const row = await selectJob(database, id);
      return row && readJob(row);
    },

    async list({ status, limit, cursor = lastId }) {
      const rows = await database.query<JobRow>(
        "listing jobs",
        `select ${jobColumns} from jobs j where ${status === undefined ? page : pageOfStatus} limit $2`,
        [cursor, limit + 1, ...(status === undefined ? [] : [status])],
      );
      const jobs = rows.slice(0, limit).map(readJob);
      const nextCursor = rows.length > limit ? jobs.at(-1)?.id : undefined;
      return { jobs, ...(nextCursor !== undefined && { nextCursor }) };
    },

    async cancel(id) {
      const result = await database.transaction("cancelling a job", async (sql) => {
        const cancelled = await sql.query(
          "cancelling a job",
          `update jobs set status = 'cancelled', finished_at = clock_timestamp()
           where id = $1 and status in ('pending', 'processing') returning id`,
          [id],
        );
        if (cancelled.length > 0) return { job: await addDelivery(sql, id), ended: false };
        const row = await selectJob(sql, id);
        return row && { job: readJob(row), ended: true };
      });
      if (result?.ended === false) onOutbox();
      return result;
    },

    async image(id, n) {
      const rows = await database.query<{ content_type: string; bytes: Buffer }>(
        "reading an image",
        "select content_type, bytes from job_images where job_id = $1 and n = $2",
        [id, n],
      );
      return rows[0] && { contentType: rows[0].content_type, bytes: rows[0].bytes };
    },

    async begin(id) {
      const rows = await database.query<BegunRow>(
        "beginning a job",
        `update jobs j set status = 'processing', attempts = attempts + 1, progress = 0, started_at = clock_timestamp()
         where id = $1 and status in ('pending', 'processing')
         returning id, type, input, attempts, failures, traceparent, tracestate,
           (extract(epoch from clock_timestamp() - queued_at) * 1000)::float8 as wait_ms`,
        [id],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { type, input, attempts, failures, wait_ms: waitMs } = row;
      return { id, type, input, token: attempts, failures, waitMs, carrier: readCarrier(row) };
    },

    async progress(id, token, fraction) {
      await database.query(
        "writing a job's progress",
        "update jobs set progress = $3 where id = $1 and attempts = $2 and status = 'processing'",
        [id, token, fraction],
      );
    },

    async retry(id, token, error) {
      await database.query(
        "putting a job back",
        `update jobs set status = 'pending', queued_at = clock_timestamp(), progress = 0,
           failures = failures + case when $3::jsonb is null then 0 else 1 end, error = coalesce($3::jsonb, error)
         where id = $1 and attempts = $2 and status = 'processing'`,
        [id, token, error === undefined ? null : JSON.stringify(error)],
      );
    },

    async end(id, token, outcome, carrier) {
      const ended = await database.transaction("ending a job", async (sql) => {
        const error = outcome.status === "failed" ? JSON.stringify(outcome.error) : null;
        const rows = await sql.query(
          "ending a job",
          `update jobs set status = $3, finished_at = clock_timestamp(), error = $4::jsonb,
             progress = case when $3 = 'completed' then 1 else progress end
           where id = $1 and attempts = $2 and status = 'processing' returning id`,
          [id, token, outcome.status, error],
        );
        if (rows.length === 0) return false;
        for (const [n, image] of (outcome.status === "completed" ? outcome.images : []).entries()) {
          await sql.query(
            "keeping an image",
            "insert into job_images (job_id, n, content_type, sha256, bytes) values ($1, $2, $3, $4, $5)",
            [id, n, image.contentType, createHash("sha256").update(image.bytes).digest("hex"), image.bytes],
          );
        }
        await addDelivery(sql, id, carrier);
        return true;
      });
      if (ended) onOutbox();
      return ended;
    },

    async cancelledAmong(ids) {
      const rows = await database.query<{ id: string }>(
        "looking for cancelled jobs",
        "select id from jobs where id = any($1::uuid[]) and status = 'cancelled'",
        [ids],
      );
      return rows.map((row) => row.id);
    },
  };
}
