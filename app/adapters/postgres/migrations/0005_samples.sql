-- Up Migration

-- What the status page's charts are drawn from where there is no Prometheus: a row a minute for the whole service, whichever
-- replica was first. Null is what was not known, or what there was nothing of.
create table samples (
  minute                timestamptz primary key,
  healthy               smallint check (healthy in (0, 1)),
  pending               bigint,
  webhook_success_ratio double precision,
  processing_seconds    double precision
);
