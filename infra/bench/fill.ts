import pg from "pg";
import { createDatabase } from "../../app/adapters/postgres/database.ts";
import { migrate } from "../../app/adapters/postgres/migrate.ts";
import { createRetention } from "../../app/adapters/postgres/retention.ts";

/** The jobs are spread over this many days: as long as they are kept. A little less, so that none is pruned. */
const days = 29.9;
const batch = 100_000;
/** One delivery for so many jobs, and not more than `deliveriesMax`: their trigger runs for each row. */
const jobsPerDelivery = 100;
const deliveriesMax = 100_000;
const deliveryBatch = 500;
/** Jobs that have not ended, whatever the number of the others. */
const pending = 20;
const processing = 4;

export interface FillOptions {
  /** An empty database. */
  readonly url: string;
  readonly jobs: number;
  readonly onProgress: (doing: string, done: number, of: number) => void;
}

/** The id that the service would have given: a UUID of version 7, which begins with the time of acceptance. */
const uuid7 = `(lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0')
  || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid`;

/** Jobs number $1 to $2 of $3, evenly over the days, the last one a minute ago; of 100, 92 completed and 5 failed. */
const endedJobs = `
  insert into jobs (id, type, status, input, attempts, progress, created_at, queued_at, started_at, finished_at, error, webhook_url)
  select ${uuid7}, 'image', status, '{"type":"image","prompt":"a lighthouse"}', 1, (status = 'completed')::int, created_at,
    created_at, created_at + wait, created_at + wait + work,
    case status when 'failed' then '{"code":"timeout","message":"made up"}'::jsonb end,
    case when i % ${jobsPerDelivery} = 0 then 'https://example.com/hook' end
  from (
    select i, date_trunc('milliseconds', now() - interval '1 minute' - make_interval(secs => ($3::float8 - i) * 86400 * ${days} / $3)) as created_at,
      case when random() < 0.92 then 'completed' when random() < 0.625 then 'failed' else 'cancelled' end as status,
      make_interval(secs => random()) as wait, make_interval(secs => 2 + 50 * random()) as work
    from generate_series($1::bigint, $2::bigint) i) made`;

const openJobs = `
  insert into jobs (id, type, status, input, attempts, created_at, queued_at, started_at)
  select ${uuid7}, 'image', status, '{"type":"image","prompt":"a lighthouse"}', (status = 'processing')::int, created_at,
    created_at, case status when 'processing' then created_at end
  from (
    select i, now() - make_interval(secs => i) as created_at, case when i <= ${pending} then 'pending' else 'processing' end as status
    from generate_series(1, ${pending + processing}) i) made`;

/** The deliveries of those of the newest jobs that have a webhook: 97 of 100 delivered, all at the first attempt. */
const deliveries = `
  with made as (
    insert into deliveries (id, job_id, event, url, body, status, attempts, created_at, ended_at)
    select gen_random_uuid(), id, 'job.' || status, webhook_url, '{}', case when random() < 0.97 then 'delivered' else 'failed' end,
      1, finished_at, finished_at + interval '80 milliseconds'
    from jobs where id < $1 and webhook_url is not null order by id desc limit $2 returning *),
  attempted as (
    insert into delivery_attempts (delivery_id, n, at, outcome, status_code, duration_ms)
    select id, 1, ended_at, status, case status when 'delivered' then 204 else 500 end, 80 from made)
  select min(job_id::text) as last, count(*)::int as count from made`;

/** Whatever many processes would leave behind: each bucket has a row for each of the 16 shards. */
const allShards = ["job_windows", "delivery_windows"].map(
  (table) => `insert into ${table} (grain, bucket, shard)
    select grain, bucket, shard from (select distinct grain, bucket from ${table}) b, generate_series(0, 15) shard
    on conflict do nothing`,
);

async function forgetOldMinutes(url: string): Promise<void> {
  const database = createDatabase({ url, poolSize: 1, deadlineMs: 60_000, available: () => true, onError: () => {} });
  await createRetention(database).prune().finally(database.close);
}

/**
 * Makes the schema, and jobs as thirty days would have left them; the triggers keep the rollups as they do for the service. */
export async function fill({ url, jobs, onProgress }: FillOptions): Promise<void> {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set synchronous_commit = off");
    for (let first = 1; first <= jobs; first += batch) {
      const last = Math.min(first + batch - 1, jobs);
      await client.query(endedJobs, [first, last, jobs]);
      onProgress("jobs", last, jobs);
    }
    await client.query(openJobs);
    await client.query("analyze jobs");
    const wanted = Math.min(Math.floor(jobs / jobsPerDelivery), deliveriesMax);
    for (let done = 0, before: string | null = "ffffffff-ffff-ffff-ffff-ffffffffffff"; done < wanted; ) {
      const limit = Math.min(deliveryBatch, wanted - done);
      const { rows } = await client.query<{ last: string | null; count: number }>(deliveries, [before, limit]);
      const [row] = rows;
      if (row === undefined || row.count === 0) break;
      before = row.last;
      done += row.count;
      onProgress("deliveries", done, wanted);
    }
    await forgetOldMinutes(url);
    for (const statement of allShards) await client.query(statement);
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}
