import { z } from "zod";
import { WorkflowSchema } from "../adapters/comfyui/default-workflow.ts";
import { limits } from "../catalogue/limits.ts";
import { jobStatuses, jobTypeNames } from "../catalogue/names.ts";
import type { JobInput } from "../jobs/job.ts";
import type { Contract } from "./contract.ts";
import { findUnkeepable } from "./keepable.ts";
import { text, time, uuid } from "./scalars.ts";

const workflow = WorkflowSchema.superRefine((graph, context) => {
  const found = findUnkeepable(graph);
  if (found) context.addIssue({ code: "custom", message: found.reason, path: [...found.path] });
}).meta({ description: "A workflow in ComfyUI's API format", override: { minProperties: 1 } });

const webhookUrl = z
  .string()
  .max(limits.webhookUrlCharacters)
  .transform((given, context) => {
    const url = URL.parse(given);
    if (url === null || !["http:", "https:"].includes(url.protocol)) context.addIssue("must be an http or https URL");
    else if (url.username !== "" || url.password !== "") context.addIssue("must not carry a user name or password");
    else return url;
    return z.NEVER;
  })
  .meta({
    description: "Where the outcome is delivered, as a Standard Webhook; an address that is not public is refused",
    example: "https://example.com/hook",
    override: { format: "uri" },
  });

/** Exactly one of `workflow` and `prompt`; a field that is not known is refused, so that a typo is found. */
const order = z
  .strictObject({
    type: z.enum(jobTypeNames),
    prompt: text
      .min(1)
      .max(limits.promptCharacters)
      .optional()
      .meta({ description: "Put into the default text-to-image workflow" }),
    workflow: workflow.optional(),
    webhookUrl: webhookUrl.optional(),
  })
  .transform(({ type, prompt, workflow, webhookUrl }, context): { input: JobInput; webhookUrl: URL | undefined } => {
    if (prompt !== undefined && workflow === undefined) return { input: { type, prompt }, webhookUrl };
    if (prompt === undefined && workflow !== undefined) return { input: { type, workflow }, webhookUrl };
    for (const field of ["prompt", "workflow"]) {
      context.addIssue({ code: "custom", path: [field], message: "exactly one of prompt and workflow is needed" });
    }
    return z.NEVER;
  })
  .meta({
    id: "JobOrder",
    example: { type: "image", prompt: "a lighthouse at dusk", webhookUrl: "https://example.com/hook" },
    override: { oneOf: [{ required: ["prompt"] }, { required: ["workflow"] }] },
  });

const status = z.enum(jobStatuses).meta({ id: "JobStatus" });

const job = z
  .object({
    id: uuid,
    type: z.enum(jobTypeNames),
    status,
    progress: z.number().min(0).max(1),
    attempts: z.int().min(0).meta({ description: "How often a worker has begun it" }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    queueWaitTimeMs: z.number().nullable().meta({ description: "From accepted to begun" }),
    processingTimeMs: z.number().nullable().meta({ description: "From begun to ended" }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    images: z.array(z.object({ url: z.string(), contentType: z.string(), bytes: z.int() })),
    webhook: z
      .object({ url: z.string(), status: z.enum(["waiting", "delivered", "failed"]), attempts: z.int() })
      .nullable(),
    traceId: z.string().nullable(),
  })
  .meta({ id: "Job" });

const accepted = z.object({ id: uuid, status, createdAt: time }).meta({ id: "AcceptedJob" });

const path = z.object({ id: uuid });
const etag = z.object({ ETag: z.string().meta({ description: "The SHA-256 of the image" }) });

export const jobContracts = {
  jobSubmit: {
    headers: z.object({
      "Idempotency-Key": z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
        .optional()
        .meta({ description: `The same key within ${limits.idempotencyHours} hours answers the first job again` }),
    }),
    body: order,
    bodyBytes: limits.jobBodyBytes,
    answers: {
      202: {
        description: "Accepted: the job will not be lost",
        schema: accepted,
        headers: z.object({
          Location: z.string().meta({ description: "The job's own address" }),
          "Idempotency-Replayed": z.literal("true").optional().meta({ description: "This is the first job again" }),
        }),
      },
    },
    problems: ["invalid-input", "idempotency-key-reused", "database-unavailable"],
  },
  jobList: {
    query: z.strictObject({
      status: status.optional(),
      limit: z.coerce.number().int().min(1).max(limits.pageSizeMax).default(limits.pageSizeDefault),
      cursor: uuid.optional().meta({ description: "`nextCursor` of the page before" }),
    }),
    answers: {
      200: {
        description: "A page, newest first",
        schema: z.object({
          jobs: z.array(job),
          nextCursor: uuid.nullable().meta({ description: "Null on the last page" }),
        }),
      },
    },
    problems: ["invalid-input", "database-unavailable"],
  },
  jobRead: {
    path,
    answers: { 200: { description: "The job", schema: job } },
    problems: ["database-unavailable"],
  },
  jobCancel: {
    path,
    answers: { 200: { description: "Cancelled", schema: job } },
    problems: ["job-ended", "database-unavailable"],
  },
  jobImage: {
    path: path.extend({
      n: z
        .string()
        .regex(/^\d{1,3}$/)
        .transform(Number),
    }),
    answers: {
      200: { description: "The image", schema: z.custom<Buffer>(), contentType: "image/*", headers: etag },
      304: { description: "`If-None-Match` names the image's ETag", headers: etag },
    },
    problems: ["database-unavailable"],
  },
} as const satisfies Record<string, Contract>;
