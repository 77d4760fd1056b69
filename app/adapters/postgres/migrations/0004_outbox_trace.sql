-- Up Migration

-- Whoever waits for this lock stops all orders behind it, and a relay of the version before may hold it for seconds: rather
-- try again.
set local lock_timeout = '500ms';

-- The trace that handing an entry over belongs to.
alter table outbox add column traceparent text, add column tracestate text;
