-- Up Migration

-- Attempts to mend something by the operator's command: a few a day at most, kept for good. Both columns of the ending are
-- null while it runs.
create table remediations (
  id         uuid primary key,
  alert      text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at   timestamptz,
  outcome    text check (outcome in ('succeeded', 'failed')),
  reason     text,
  output     text not null default '',
  check ((ended_at is null) = (outcome is null))
);
create index remediations_by_start on remediations (started_at);
-- Counting reads nothing but this.
create index remediations_by_outcome on remediations (outcome);
