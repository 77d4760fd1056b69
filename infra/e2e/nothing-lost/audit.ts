import pg from "pg";
import { createDatabase } from "../../../app/adapters/postgres/database.ts";
import { verifyRollups } from "../../../app/adapters/postgres/rollup-verify.ts";
import { createQueueBackend } from "../../../app/adapters/queue/backend.ts";
import type { QueueName } from "../../../app/catalogue/names.ts";
import type { ReceivedWebhook } from "../webhook-receiver.ts";

const deadlineMs = 10_000;
const queues = ["jobs", "webhooks"] as const satisfies readonly QueueName[];

/** How far it has come. */
export interface Progress {
  readonly ended: number;
  readonly delivered: number;
  /** Jobs, deliveries and outbox rows that are open in Postgres, and entries in the queue. */
  readonly open: number;
}

export interface Figures {
  readonly completed: number;
  readonly failed: number;
  /** How often workers began one of the jobs. */
  readonly begun: number;
  /** How often a webhook was sent, as far as it was recorded. */
  readonly sent: number;
}

export interface Auditor {
  /** Rejects while the database or the queue is away. */
  look(): Promise<Progress>;
  /** What is not as it must be, a sentence each. */
  audit(accepted: readonly string[], webhooks: readonly ReceivedWebhook[]): Promise<readonly string[]>;
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

/** Questions to Postgres whose answer must be no row; each row is one violation. */
const violations = {
  "has not ended": "select id from jobs where status not in ('completed', 'failed')",
  "has not exactly one delivery":
    "select j.id from jobs j left join deliveries d on d.job_id = j.id group by j.id having count(d.id) <> 1",
  "has a delivery of another end":
    "select j.id from jobs j join deliveries d on d.job_id = j.id where d.event <> 'job.' || j.status",
  "has a delivery that was not delivered": "select job_id as id from deliveries where status <> 'delivered'",
  "has not recorded exactly the attempts of its delivery":
    "select d.job_id as id from deliveries d where d.attempts <> (select count(*) from delivery_attempts a where a.delivery_id = d.id)",
  "has not exactly its picture":
    "select j.id from jobs j left join job_images i on i.job_id = j.id group by j.id having count(i.n) <> (j.status = 'completed')::int",
  "has a picture whose bytes are not those of its hash":
    "select job_id as id from job_images where encode(sha256(bytes), 'hex') <> sha256 or length(bytes) = 0",
  "stands in the outbox": "select entry_id as id from outbox",
} as const;

/** Looks at Postgres, at the queue and at what the receiver has got. */
export function createAuditor(urls: { readonly database: string; readonly queue: string }): Auditor {
  const pool = new pg.Pool({
    connectionString: urls.database,
    max: 2,
    connectionTimeoutMillis: 2_000,
    query_timeout: deadlineMs,
  });
  pool.on("error", () => {});
  const database = createDatabase({
    url: urls.database,
    poolSize: 1,
    deadlineMs,
  });
  const queue = createQueueBackend({ url: urls.queue, log: () => {} });
  const rows = async <Row extends pg.QueryResultRow>(text: string) => (await pool.query<Row>(text)).rows;

  async function inQueue(): Promise<number> {
    const depths = await Promise.all(queues.map((name) => queue.depth(name)));
    return depths.flatMap((depth) => Object.values(depth)).reduce((sum, n) => sum + n, 0);
  }

  async function auditDatabase(accepted: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    const ids = new Set((await rows<{ id: string }>("select id from jobs")).map(({ id }) => id));
    for (const id of accepted) if (!ids.has(id)) found.push(`job ${id} was accepted and is not there`);
    if (ids.size !== accepted.length)
      found.push(`there are ${ids.size} jobs, and ${accepted.length} were accepted: a key made two`);
    for (const [violation, text] of Object.entries(violations)) {
      for (const { id } of await rows<{ id: string }>(text)) found.push(`job ${id} ${violation}`);
    }
    for (const { counter, kept, recounted, windows } of await verifyRollups(database))
      found.push(`the rollup ${counter} says ${kept}, the rows ${recounted} (${windows.join(", ")})`);
    return found;
  }

  async function auditWebhooks(webhooks: readonly ReceivedWebhook[]): Promise<string[]> {
    const received = new Map<string, Set<string>>();
    for (const { headers, event } of webhooks) {
      const seen = received.get(event.data.id) ?? new Set();
      received.set(event.data.id, seen.add(`${String(headers["webhook-id"])} ${event.type}`));
    }
    const deliveries = await rows<{ id: string; job_id: string; event: string }>(
      "select id, job_id, event from deliveries",
    );
    return deliveries.flatMap(({ id, job_id: job, event }) => {
      const seen = [...(received.get(job) ?? [])];
      return seen.length === 1 && seen[0] === `${id} ${event}`
        ? []
        : [`the webhook of job ${job} was to come as ${id} ${event}, and came as: ${seen.join(", ") || "nothing"}`];
    });
  }

  return {
    async look() {
      const [row] = await rows<Progress>(`select
        (select count(*) from jobs where finished_at is not null)::int as ended,
        (select count(*) from deliveries where status = 'delivered')::int as delivered,
        ((select count(*) from jobs where finished_at is null) + (select count(*) from deliveries where status = 'waiting')
          + (select count(*) from outbox))::int as open`);
      if (row === undefined) throw new Error("Postgres counted and gave no row");
      return { ...row, open: row.open + (await inQueue()) };
    },
    async audit(accepted, webhooks) {
      const left = await inQueue();
      return [
        ...(left === 0 ? [] : [`${left} entries are left in the queue`]),
        ...(await auditDatabase(accepted)),
        ...(await auditWebhooks(webhooks)),
      ];
    },
    async figures() {
      const [row] = await rows<Figures>(`select
        count(*) filter (where status = 'completed')::int as completed, count(*) filter (where status = 'failed')::int as failed,
        sum(attempts)::int as begun, (select sum(attempts) from deliveries)::int as sent from jobs`);
      if (row === undefined) throw new Error("Postgres counted and gave no row");
      return row;
    },
    async close() {
      await queue.close();
      await database.close();
      await pool.end();
    },
  };
}
