import pg from "pg";
import { createDatabase } from "../../app/adapters/postgres/database.ts";
import { migrate } from "../../app/adapters/postgres/migrate.ts";
import { createRetention } from "../../app/adapters/postgres/retention.ts";

/** The jobs are spread over almost as long as jobs are kept, so that none is pruned. */
const days = 29.9;
const batch = 100_000;
/** One delivery for so many jobs, and not more than `deliveriesMax`: their triggers run for each row. */
const jobsPerDelivery = 100;
const deliveriesMax = 100_000;
/** Few enough that the many versions of a counter's row stay on its page. */
const deliveryBatch = 50;
/** Jobs that have not ended, whatever the number of the others. */
const open = { pending: 20, processing: 4 };

export interface FillOptions {
  /** A database that is empty, or that was filled with the same number before. */
  readonly url: string;
  readonly jobs: number;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

/** The id that the service would have given: a UUID of version 7, which begins with the time of acceptance. */
const uuid7 = `(lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0')
  || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid`;

/** Jobs number $1 to $2, where number $3 was accepted at $4 and number 1 so many days before; 92 of 100 completed, 5 failed. */
const endedJobs = `
  insert into jobs (id, type, status, input, attempts, progress, created_at, queued_at, started_at, finished_at, error, webhook_url)
  select ${uuid7}, 'image', status, '{"type":"image","prompt":"a lighthouse"}', 1, (status = 'completed')::int, created_at,
    created_at, created_at + wait, created_at + wait + work,
    case status when 'failed' then '{"code":"timeout","message":"made up"}'::jsonb end,
    case when i % ${jobsPerDelivery} = 0 then 'https://example.com/hook' end
  from (
    select i, date_trunc('milliseconds', $4::timestamptz + make_interval(secs => (i - $3::bigint) * 86400 * ${days} / $3)) as created_at,
      case when random() < 0.92 then 'completed' when random() < 0.625 then 'failed' else 'cancelled' end as status,
      make_interval(secs => random()) as wait, make_interval(secs => 2 + 50 * random()) as work
    from generate_series($1::bigint, $2::bigint) i) made`;

const openJobs = `
  insert into jobs (id, type, status, input, attempts, created_at, queued_at, started_at)
  select ${uuid7}, 'image', status, '{"type":"image","prompt":"a lighthouse"}', (status = 'processing')::int, created_at,
    created_at, case status when 'processing' then created_at end
  from (
    select i, now() - make_interval(secs => i) as created_at,
      case when i <= ${open.pending} then 'pending' else 'processing' end as status
    from generate_series(1, ${open.pending + open.processing}) i) made`;

/** The deliveries of the $2 newest jobs before $1 that have a webhook: 97 of 100 delivered, all at the first attempt. */
const deliveries = `
  with made as (
    insert into deliveries (id, job_id, event, url, body, status, attempts, created_at, ended_at)
    select gen_random_uuid(), id, 'job.' || status, webhook_url, '{}', case when random() < 0.97 then 'delivered' else 'failed' end,
      1, finished_at, finished_at + interval '80 milliseconds'
    from jobs where id < $1 and webhook_url is not null order by id desc limit $2 returning *),
  attempted as (
    insert into delivery_attempts (delivery_id, n, at, outcome, status_code, duration_ms)
    select id, 1, ended_at, status, case status when 'delivered' then 204 else 500 end, 80 from made)
  select min(job_id::text) as last from made`;

/** What many processes leave behind, in the order of time: each bucket has a row for each of the 16 shards. */
const allShards = ["job_windows", "delivery_windows"].map(
  (table) => `insert into ${table} (grain, bucket, shard)
    select grain, bucket, shard from (select distinct grain, bucket from ${table}) b, generate_series(0, 15) shard
    order by bucket, grain, shard on conflict do nothing`,
);

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // The query that is under way rejects too; without a listener a server that is stopped would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function forgetOldMinutes(url: string): Promise<void> {
  const database = createDatabase({ url, poolSize: 1, deadlineMs: 60_000, available: () => true, onError: () => {} });
  await createRetention(database).prune().finally(database.close);
}

async function addDeliveries(client: pg.Client, wanted: number, onProgress: FillOptions["onProgress"]) {
  let before: string | null = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  for (let done = 0; done < wanted && before !== null; done += deliveryBatch) {
    const limit = Math.min(deliveryBatch, wanted - done);
    const result: pg.QueryResult<{ last: string | null }> = await client.query(deliveries, [before, limit]);
    before = result.rows[0]?.last ?? null;
    onProgress("deliveries", done + limit, wanted);
  }
}

/**
 * Makes the schema, and jobs as thirty days of the service would have left them; its triggers keep the rollups. A
 * database that was filled some time ago gets the jobs that have come since, at the same pace.
 */
export async function fill({ url, jobs, onProgress }: FillOptions): Promise<void> {
  await migrate(url);
  const client = await connect(url);
  try {
    await client.query("set synchronous_commit = off");
    const { rows } = await client.query<{ filled: boolean; anchor: Date; due: number }>(
      `select max(id::text) is not null as filled, coalesce(max(created_at), now() - interval '1 minute') as anchor,
         extract(epoch from now() - interval '1 minute' - max(created_at))::float8 as due
       from (select id, created_at from jobs where status = 'completed' order by id desc limit 1) newest`,
    );
    const { filled = false, anchor, due = 0 } = rows[0] ?? {};
    const [from, to] = filled ? [jobs + 1, jobs + Math.floor((due * jobs) / (days * 86_400))] : [1, jobs];
    for (let first = from; first <= to; first += batch) {
      const last = Math.min(first + batch - 1, to);
      await client.query(endedJobs, [first, last, jobs, anchor]);
      onProgress("jobs", last - from + 1, to - from + 1);
    }
    if (!filled) await client.query(openJobs);
    await client.query("analyze jobs");
    await addDeliveries(client, Math.min(Math.floor((to - from + 1) / jobsPerDelivery), deliveriesMax), onProgress);
    await forgetOldMinutes(url);
    for (const statement of allShards) await client.query(statement);
    await client.query("vacuum analyze");
    // What is written later would otherwise be measured too.
    await client.query("checkpoint");
  } finally {
    await client.end();
  }
}
