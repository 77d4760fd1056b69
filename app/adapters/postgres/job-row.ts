import type { JobStatus, JobType } from "../../catalogue/names.ts";
import type { Job, JobError, JobImage, TraceCarrier, WebhookState } from "../../jobs/job.ts";

/** A row of `jobs`, with its pictures and its delivery, as {@link jobColumns} selects it. */
export interface JobRow {
  readonly id: string;
  readonly type: JobType;
  readonly status: JobStatus;
  readonly attempts: number;
  readonly progress: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly error: JobError | null;
  readonly webhook_url: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  readonly prompt: string | null;
  readonly images: readonly JobImage[] | null;
  readonly delivery: Omit<WebhookState, "url"> | null;
}

/** As much of a prompt is read along; and only of a row that is kept whole, as a large one takes time to put together. */
const promptCharacters = 120;
const inlineBytes = 2_000;

/** The columns of a job in a query whose `jobs` is called `j`: all but the input, which may be large. */
export const jobColumns = `
  j.id, j.type, j.status, j.attempts, j.progress, j.created_at, j.started_at, j.finished_at, j.error, j.webhook_url,
  j.traceparent, j.tracestate,
  case when pg_column_size(j.input) <= ${inlineBytes} then left(j.input->>'prompt', ${promptCharacters}) end as prompt,
  (select jsonb_agg(jsonb_build_object('contentType', i.content_type, 'bytes', length(i.bytes), 'sha256', i.sha256) order by i.n)
   from job_images i where i.job_id = j.id) as images,
  (select jsonb_build_object('status', d.status, 'attempts', d.attempts) from deliveries d where d.job_id = j.id) as delivery`;

export function readCarrier(row: Pick<JobRow, "traceparent" | "tracestate">): TraceCarrier {
  return {
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    ...(row.tracestate !== null && { tracestate: row.tracestate }),
  };
}

export function readJob(row: JobRow): Job {
  const traceId = row.traceparent?.split("-")[1];
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    attempts: row.attempts,
    progress: row.progress,
    createdAt: row.created_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.error !== null && { error: row.error }),
    images: row.images ?? [],
    ...(row.webhook_url !== null && {
      webhook: { url: row.webhook_url, ...(row.delivery ?? { status: "waiting" as const, attempts: 0 }) },
    }),
    ...(traceId !== undefined && { traceId }),
    ...(row.prompt !== null && { prompt: row.prompt }),
  };
}
