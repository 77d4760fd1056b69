-- Up Migration

create table jobs (
  id          uuid primary key,
  type        text not null,
  status      text not null default 'pending'
              check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  input       jsonb not null,
  -- How often a worker has begun it. Also the fencing token: only the latest begin may end the job.
  attempts    integer not null default 0,
  -- How often it failed in a way that is worth another try.
  failures    integer not null default 0,
  progress    real not null default 0,
  created_at  timestamptz not null default clock_timestamp(),
  -- When it last became pending.
  queued_at   timestamptz not null default clock_timestamp(),
  started_at  timestamptz,
  finished_at timestamptz,
  error       jsonb,
  webhook_url text,
  traceparent text,
  tracestate  text
) with (
  -- By default a share of the table must be dead before it is vacuumed: at ten million rows, entries of a million begun
  -- jobs would be left in the small indexes below, and whoever looks for the oldest pending job passes them all.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 50000,
  vacuum_index_cleanup = on
);
create index jobs_by_status on jobs (status, id);
create index jobs_pending on jobs (type, queued_at) where status = 'pending';
create index jobs_open on jobs (id) where status in ('pending', 'processing');
create index jobs_ended on jobs (finished_at) where finished_at is not null;

create table job_images (
  job_id       uuid not null references jobs on delete cascade,
  n            smallint not null,
  content_type text not null,
  sha256       text not null,
  bytes        bytea not null,
  primary key (job_id, n)
);
-- Pictures are compressed already.
alter table job_images alter column bytes set storage external;

create table idempotency_keys (
  owner       text not null,
  key         text not null,
  fingerprint text not null,
  job_id      uuid not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (owner, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What has been decided here and not yet handed to a queue.
create table outbox (
  id       bigint generated always as identity primary key,
  queue    text not null,
  entry_id text not null
);

create table deliveries (
  id          uuid primary key,
  job_id      uuid not null references jobs on delete cascade,
  event       text not null,
  url         text not null,
  body        text not null,
  status      text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed')),
  attempts    integer not null default 0,
  created_at  timestamptz not null default clock_timestamp(),
  ended_at    timestamptz,
  traceparent text,
  tracestate  text
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, vacuum_index_cleanup = on);
create index deliveries_by_job on deliveries (job_id);
create index deliveries_open on deliveries (id) where status = 'waiting';

create table delivery_attempts (
  delivery_id uuid not null references deliveries on delete cascade,
  n           integer not null,
  at          timestamptz not null default clock_timestamp(),
  outcome     text not null check (outcome in ('delivered', 'failed', 'refused')),
  status_code integer,
  error       text,
  duration_ms integer not null,
  primary key (delivery_id, n)
);

-- One row a worker process: how the API tells that somebody works.
create table workers (
  id            uuid primary key,
  seen_at       timestamptz not null default clock_timestamp(),
  progressed_at timestamptz not null default clock_timestamp()
);

create table telemetry_sources (
  source      text primary key,
  metrics     jsonb not null,
  reported_at timestamptz not null default clock_timestamp()
);

create table sessions (
  id         uuid primary key,
  token_hash bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index sessions_by_expiry on sessions (expires_at);

create table secrets (
  name       text primary key,
  value      text not null,
  changed_at timestamptz not null default clock_timestamp()
);
