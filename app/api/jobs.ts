import { createHash } from "node:crypto";
import type { Job, TraceCarrier } from "../jobs/job.ts";
import type { Call, Handlers, Reply } from "./call.ts";
import type { JobDesk } from "./ports.ts";
import { Problem } from "./problem.ts";

/** Why a webhook may not go to this URL; `undefined` when it may. */
export type WebhookUrlCheck = (url: URL) => Promise<string | undefined>;

type JobEndpoint = "jobSubmit" | "jobList" | "jobRead" | "jobCancel" | "jobImage";

export function createJobHandlers(options: {
  readonly jobs: JobDesk;
  readonly checkWebhookUrl: WebhookUrlCheck;
  /** The trace that the request is part of, to travel with the job. */
  readonly carrier: () => TraceCarrier;
}): Pick<Handlers, JobEndpoint> {
  const { jobs, checkWebhookUrl, carrier } = options;
  return {
    jobSubmit: async (call) => {
      const { input, webhookUrl } = call.body;
      const refusal = webhookUrl && (await checkWebhookUrl(webhookUrl));
      if (refusal !== undefined) {
        throw new Problem("invalid-input", `/webhookUrl: ${refusal}`, {
          errors: [{ pointer: "/webhookUrl", detail: refusal }],
        });
      }
      const outcome = await jobs.accept({
        input,
        ...(webhookUrl && { webhookUrl: webhookUrl.href }),
        ...readIdempotency(call),
        carrier: carrier(),
      });
      if ("conflict" in outcome) {
        const detail = "This Idempotency-Key came with another body before; take a new key for a new job";
        throw new Problem("idempotency-key-reused", detail);
      }
      const { id, status, createdAt } = outcome.job;
      return {
        status: 202,
        body: { id, status, createdAt: createdAt.toISOString() },
        headers: { Location: `/api/jobs/${id}`, ...(outcome.replayed && { "Idempotency-Replayed": "true" }) },
      };
    },

    jobList: async ({ query: { status, limit, cursor } }) => {
      const page = await jobs.list({ limit, ...(status && { status }), ...(cursor && { cursor }) });
      return { status: 200, body: { jobs: page.jobs.map(renderJob), nextCursor: page.nextCursor ?? null } };
    },

    jobRead: async ({ path: { id } }) => {
      const job = await jobs.read(id);
      if (job === undefined) throw unknownJob(id);
      return { status: 200, body: renderJob(job) };
    },

    jobCancel: async ({ path: { id } }) => {
      const outcome = await jobs.cancel(id);
      if (outcome === undefined) throw unknownJob(id);
      if (outcome.ended) throw new Problem("job-ended", `The job is ${outcome.job.status}, which is final`);
      return { status: 200, body: renderJob(outcome.job) };
    },

    jobImage: async ({ path: { id, n } }) => {
      const image = await jobs.image(id, n);
      if (image === undefined) throw new Problem("not-found", `There is no image ${n} of a job ${id}`);
      return {
        status: 200,
        body: image.bytes,
        headers: {
          "Content-Type": image.contentType,
          "Cache-Control": "private, immutable",
          ETag: `"${createHash("sha256").update(image.bytes).digest("hex")}"`,
        },
      };
    },
  };
}

/** The fingerprint is over the parsed body: the order of the top-level fields and white space do not matter. */
function readIdempotency({ headers, body, owner }: Call<"jobSubmit">) {
  const key = headers["Idempotency-Key"];
  if (key === undefined) return {};
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([body.input, body.webhookUrl]))
    .digest("hex");
  return { idempotency: { owner, key, fingerprint } };
}

function unknownJob(id: string): Problem {
  return new Problem("not-found", `There is no job ${id}`);
}

function renderJob(job: Job): Reply<"jobRead">["body"] {
  const { id, type, status, progress, attempts, createdAt, startedAt, finishedAt } = job;
  return {
    id,
    type,
    status,
    progress,
    attempts,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    queueWaitTimeMs: startedAt ? startedAt.getTime() - createdAt.getTime() : null,
    processingTimeMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
    error: job.error ? { code: job.error.code, message: job.error.message } : null,
    images: job.images.map(({ contentType, bytes }, n) => ({ url: `/api/jobs/${id}/images/${n}`, contentType, bytes })),
    webhook: job.webhook ? { ...job.webhook } : null,
    traceId: job.traceId ?? null,
  };
}
