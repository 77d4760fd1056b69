-- Up Migration

-- Counts are kept by triggers, so whoever changes a status changes them in the same transaction and nobody can forget.
-- Each counter is spread over 16 shards by the session that writes, so that no row is hot; readers add them up.
-- Every trigger takes the totals first and the windows after: one order, no deadlock.

create function rollup_shard() returns smallint language sql stable as
$$ select (pg_backend_pid() % 16)::smallint $$;

-- A null `moment` (a job that has not ended) gives no row.
create function rollup_buckets(moment timestamptz) returns table (grain text, bucket timestamptz) language sql immutable as
$$ select g, date_trunc(g, moment at time zone 'UTC') at time zone 'UTC' from unnest(array['minute', 'hour']) g where moment is not null $$;

create table job_totals (
  shard            smallint primary key,
  total            bigint not null default 0,
  pending          bigint not null default 0,
  processing       bigint not null default 0,
  completed        bigint not null default 0,
  failed           bigint not null default 0,
  cancelled        bigint not null default 0,
  -- Ended jobs that retention has deleted: still counted above, no longer to be found as rows.
  pruned_completed bigint not null default 0,
  pruned_failed    bigint not null default 0,
  pruned_cancelled bigint not null default 0
);

create table job_windows (
  grain         text not null check (grain in ('minute', 'hour')),
  bucket        timestamptz not null,
  shard         smallint not null,
  accepted      bigint not null default 0,
  completed     bigint not null default 0,
  failed        bigint not null default 0,
  cancelled     bigint not null default 0,
  -- Sum over the completed ones.
  processing_ms bigint not null default 0,
  primary key (grain, bucket, shard)
);

create table delivery_totals (
  shard            smallint primary key,
  total            bigint not null default 0,
  delivered        bigint not null default 0,
  failed           bigint not null default 0,
  pruned_delivered bigint not null default 0,
  pruned_failed    bigint not null default 0
);

create table delivery_windows (
  grain           text not null check (grain in ('minute', 'hour')),
  bucket          timestamptz not null,
  shard           smallint not null,
  delivered       bigint not null default 0,
  failed          bigint not null default 0,
  attempts_ok     bigint not null default 0,
  attempts_failed bigint not null default 0,
  primary key (grain, bucket, shard)
);

-- Up to when retention has pruned: rows that ended before are no longer there to be recounted.
create table retention_state (
  only_row      boolean primary key default true check (only_row),
  pruned_before timestamptz not null default '-infinity'
);
insert into retention_state default values;

create function add_job_totals(
  d_total bigint, d_pending bigint, d_processing bigint, d_completed bigint, d_failed bigint, d_cancelled bigint
) returns void language sql as $$
  insert into job_totals as t (shard, total, pending, processing, completed, failed, cancelled)
  values (rollup_shard(), d_total, d_pending, d_processing, d_completed, d_failed, d_cancelled)
  on conflict (shard) do update set
    total = t.total + excluded.total, pending = t.pending + excluded.pending,
    processing = t.processing + excluded.processing, completed = t.completed + excluded.completed,
    failed = t.failed + excluded.failed, cancelled = t.cancelled + excluded.cancelled
$$;

create function jobs_inserted() returns trigger language plpgsql as $$
begin
  perform add_job_totals(count(*), count(*) filter (where status = 'pending'), count(*) filter (where status = 'processing'),
    count(*) filter (where status = 'completed'), count(*) filter (where status = 'failed'),
    count(*) filter (where status = 'cancelled'))
  from new_rows;
  insert into job_windows as w (grain, bucket, shard, accepted, completed, failed, cancelled, processing_ms)
  select grain, bucket, rollup_shard(), sum(accepted), sum(completed), sum(failed), sum(cancelled), sum(processing_ms)
  from (
    select b.grain, b.bucket, count(*) as accepted, 0 as completed, 0 as failed, 0 as cancelled, 0 as processing_ms
    from new_rows n, rollup_buckets(n.created_at) b group by 1, 2
    union all
    select b.grain, b.bucket, 0, count(*) filter (where n.status = 'completed'), count(*) filter (where n.status = 'failed'),
      count(*) filter (where n.status = 'cancelled'),
      coalesce(sum(job_processing_ms(n.started_at, n.finished_at)) filter (where n.status = 'completed'), 0)
    from new_rows n, rollup_buckets(n.finished_at) b group by 1, 2
  ) counted group by grain, bucket order by grain, bucket
  on conflict (grain, bucket, shard) do update set
    accepted = w.accepted + excluded.accepted, completed = w.completed + excluded.completed, failed = w.failed + excluded.failed,
    cancelled = w.cancelled + excluded.cancelled, processing_ms = w.processing_ms + excluded.processing_ms;
  return null;
end $$;

create function job_processing_ms(started_at timestamptz, finished_at timestamptz) returns bigint language sql immutable as
$$ select coalesce((extract(epoch from finished_at - started_at) * 1000)::bigint, 0) $$;

create function job_status_changed() returns trigger language plpgsql as $$
begin
  perform add_job_totals(0,
    (new.status = 'pending')::int - (old.status = 'pending')::int,
    (new.status = 'processing')::int - (old.status = 'processing')::int,
    (new.status = 'completed')::int - (old.status = 'completed')::int,
    (new.status = 'failed')::int - (old.status = 'failed')::int,
    (new.status = 'cancelled')::int - (old.status = 'cancelled')::int);
  insert into job_windows as w (grain, bucket, shard, completed, failed, cancelled, processing_ms)
  select b.grain, b.bucket, rollup_shard(), (new.status = 'completed')::int, (new.status = 'failed')::int,
    (new.status = 'cancelled')::int,
    case when new.status = 'completed' then job_processing_ms(new.started_at, new.finished_at) else 0 end
  from rollup_buckets(new.finished_at) b order by 1, 2
  on conflict (grain, bucket, shard) do update set
    completed = w.completed + excluded.completed, failed = w.failed + excluded.failed,
    cancelled = w.cancelled + excluded.cancelled, processing_ms = w.processing_ms + excluded.processing_ms;
  return null;
end $$;

-- Deleting a job takes nothing from the totals; it is only remembered that its row is gone.
create function jobs_deleted() returns trigger language plpgsql as $$
begin
  if exists (select from old_rows where status in ('pending', 'processing')) then
    raise exception 'a job that has not ended cannot be deleted';
  end if;
  insert into job_totals as t (shard, pruned_completed, pruned_failed, pruned_cancelled)
  select rollup_shard(), count(*) filter (where status = 'completed'), count(*) filter (where status = 'failed'),
    count(*) filter (where status = 'cancelled')
  from old_rows
  on conflict (shard) do update set
    pruned_completed = t.pruned_completed + excluded.pruned_completed,
    pruned_failed = t.pruned_failed + excluded.pruned_failed,
    pruned_cancelled = t.pruned_cancelled + excluded.pruned_cancelled;
  return null;
end $$;

create trigger jobs_inserted after insert on jobs
  referencing new table as new_rows for each statement execute function jobs_inserted();
create trigger job_status_changed after update of status on jobs
  for each row when (old.status is distinct from new.status) execute function job_status_changed();
create trigger jobs_deleted after delete on jobs
  referencing old table as old_rows for each statement execute function jobs_deleted();

create function deliveries_changed() returns trigger language plpgsql as $$
begin
  insert into delivery_totals as t (shard, total, delivered, failed)
  values (rollup_shard(), (tg_op = 'INSERT')::int, (new.status = 'delivered')::int, (new.status = 'failed')::int)
  on conflict (shard) do update set
    total = t.total + excluded.total, delivered = t.delivered + excluded.delivered, failed = t.failed + excluded.failed;
  insert into delivery_windows as w (grain, bucket, shard, delivered, failed)
  select b.grain, b.bucket, rollup_shard(), (new.status = 'delivered')::int, (new.status = 'failed')::int
  from rollup_buckets(new.ended_at) b order by 1, 2
  on conflict (grain, bucket, shard) do update set
    delivered = w.delivered + excluded.delivered, failed = w.failed + excluded.failed;
  return null;
end $$;

-- An attempt that the address guard refused sent nothing: it tells nothing of the delivery.
create function delivery_attempted() returns trigger language plpgsql as $$
begin
  insert into delivery_windows as w (grain, bucket, shard, attempts_ok, attempts_failed)
  select b.grain, b.bucket, rollup_shard(), (new.outcome = 'delivered')::int, (new.outcome = 'failed')::int
  from rollup_buckets(new.at) b order by 1, 2
  on conflict (grain, bucket, shard) do update set
    attempts_ok = w.attempts_ok + excluded.attempts_ok, attempts_failed = w.attempts_failed + excluded.attempts_failed;
  return null;
end $$;

create function deliveries_deleted() returns trigger language plpgsql as $$
begin
  insert into delivery_totals as t (shard, pruned_delivered, pruned_failed)
  select rollup_shard(), count(*) filter (where status = 'delivered'), count(*) filter (where status = 'failed')
  from old_rows
  on conflict (shard) do update set
    pruned_delivered = t.pruned_delivered + excluded.pruned_delivered, pruned_failed = t.pruned_failed + excluded.pruned_failed;
  return null;
end $$;

create trigger delivery_inserted after insert on deliveries for each row execute function deliveries_changed();
create trigger delivery_status_changed after update of status on deliveries
  for each row when (old.status is distinct from new.status) execute function deliveries_changed();
create trigger delivery_attempted after insert on delivery_attempts for each row execute function delivery_attempted();
create trigger deliveries_deleted after delete on deliveries
  referencing old table as old_rows for each statement execute function deliveries_deleted();
