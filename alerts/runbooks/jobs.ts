import type { ComfyuiErrorCode } from "../../app/adapters/comfyui/errors.ts";
import type { AlertName } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { jobTypes } from "../../app/catalogue/job-types.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { thresholds } from "../../app/catalogue/thresholds.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { sayThreshold } from "../wording.ts";
import { comfyuiQueueCommand, failedJobsCommand, gpuCommand, sqlCommand } from "./commands.ts";
import { deliveryRule, failingReceiversCommand, givenUpCommand, lastAttemptsCommand } from "./deliveries.ts";
import type { Query, Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const window = sayTime(limits.windowSeconds);
const recent = `now() - interval '${limits.windowSeconds} seconds'`;

/** What to do about each way in which a job fails. */
const remedies: Readonly<Record<ComfyuiErrorCode | "timeout" | "unexpected", string>> = {
  comfyui_invalid_workflow:
    "ComfyUI refuses the workflow, and says why in `error.message`: mostly a model or a custom node that is not installed. Install it, or tell the customer.",
  comfyui_execution_failed:
    "a node failed while it ran. `error.message` names it; a custom node after an update is the first suspect.",
  comfyui_out_of_memory:
    "the picture is too large for the GPU, or something else holds its memory. Restart ComfyUI; if it comes back, limit the size.",
  comfyui_unreachable: "ComfyUI did not answer again and again. See [ComfyuiDown](ComfyuiDown.md).",
  comfyui_bad_answer:
    "something else than ComfyUI answers at `COMFYUI_URL`: a proxy's error page, or a version with another API.",
  comfyui_interrupted: "somebody pressed *interrupt* in ComfyUI's own page. Ask who.",
  comfyui_lost_prompt: "ComfyUI has forgotten the prompt: it restarted while it rendered. Its log says why.",
  comfyui_no_images: "the workflow has no node that saves or previews a picture. Tell the customer.",
  timeout: `an attempt took longer than ${sayTime(jobTypes.image.timeoutMs / 1_000)}. See [JobProcessingSlow](JobProcessingSlow.md).`,
  unexpected: "a fault of ours. The worker's log has it, under the job's id.",
};

const failedByCode = sqlCommand(
  "why jobs failed: the codes are explained below",
  `select error->>'code' as code, count(*), max(finished_at) as last from jobs where status = 'failed' and finished_at > ${recent} group by code order by count desc`,
);

const slowestJobs = sqlCommand(
  "the slowest jobs; the trace of each, by its id in `GET /api/jobs/<id>`, shows where the time went",
  `select id, finished_at - started_at as took, attempts from jobs where status = 'completed' and finished_at > ${recent} order by took desc limit 10`,
);

export const outcomes: Query = {
  tells: "attempts that ended, a second, by how: `retried` ones failed and come again",
  query: promql.rate("job_processing_time", rateWindowSeconds, { by: ["job_type", "outcome"] }),
};

export const deliveryOutcomes: Query = {
  tells: "deliveries that ended, a second, by how",
  query: promql.rate("webhook_deliveries", rateWindowSeconds, { by: ["outcome"] }),
};

export const failedJobsDiagnosis = [failedByCode, failedJobsCommand] as const;
export const failedJobsMitigation = Object.entries(remedies).map(([code, remedy]) => `\`${code}\`: ${remedy}`);
export const deliveryDiagnosis = [givenUpCommand, failingReceiversCommand, lastAttemptsCommand] as const;
export const deliveryMitigation = [
  "One host: its owner has to mend it. `status_code` and `error` tell what it answered.",
  "Many hosts: it is our way out, or our signature. See [WebhookDown](WebhookDown.md).",
  `Tell those concerned to fetch what they missed: \`GET ${endpoints.jobRead.route}\` has the outcome for ${limits.jobRetentionDays} days.`,
] as const;

export const jobRunbooks = {
  JobSuccessRateLow: {
    meaning: `Of the jobs that ended within ${window}, ${sayThreshold(thresholds.jobSuccessRateLow)} were completed. A job fails when its attempts (${jobTypes.image.attempts} for \`image\`) are used up, or at once when another would be in vain.`,
    impact: "Customers get errors in place of pictures. A failed job is not tried again; it has to be sent anew.",
    diagnosis: [...failedJobsDiagnosis, outcomes, gpuCommand],
    mitigation: [
      ...failedJobsMitigation,
      `The rate is over ${window}: after the mend it takes up to that long until the alert resolves, less with many jobs.`,
    ],
  },

  JobProcessingSlow: {
    meaning: `One in a hundred attempts at a job took longer than its type's objective: ${sayTime(jobTypes.image.processingObjectiveMs / 1_000)} for \`image\`. Waiting does not count.`,
    impact: `Pictures come late, and the queue grows behind them. At ${sayTime(jobTypes.image.timeoutMs / 1_000)} an attempt is given up and counts as failed.`,
    diagnosis: [
      {
        tells:
          "milliseconds that half of the attempts take: when it has risen too, everything is slow, and not one workflow",
        query: promql.quantile(0.5, "job_processing_time", rateWindowSeconds, { by: ["job_type"] }),
      },
      slowestJobs,
      comfyuiQueueCommand,
      gpuCommand,
    ],
    mitigation: [
      "Everything is slow: the GPU is too hot, shared with another program, or ComfyUI has fallen back to the CPU (its log says at the start which device it took). Restart ComfyUI after mending that.",
      "ComfyUI's queue is long: prompts of others are in it, or `WORKER_CONCURRENCY` puts more into it than it can do at once, and jobs wait there in place of here. Lower it.",
      "Some workflows are slow: they are larger than the objective was made for. Talk to the customer, or change `processingObjectiveMs` in `app/catalogue/job-types.ts`.",
      "The first job after a pause is slow: ComfyUI loads the model. Let it keep it in memory.",
    ],
  },

  WebhookSuccessRateLow: {
    meaning: `Of the deliveries that ended within ${window}, ${sayThreshold(thresholds.webhookSuccessRateLow)} got through. ${deliveryRule}`,
    impact: "Some customers do not hear that their jobs have ended; the jobs themselves are done.",
    diagnosis: [...deliveryDiagnosis, deliveryOutcomes],
    mitigation: deliveryMitigation,
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
