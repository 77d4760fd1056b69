-- Up Migration

-- The trace that handing an entry over belongs to.
alter table outbox add column traceparent text, add column tracestate text;
