import type { WebhookEvent } from "../../catalogue/webhooks.ts";
import type { Job } from "../../jobs/job.ts";

/**
 * The body of a webhook, in the payload form of Standard Webhooks (`type`, `timestamp`, `data`). A job that has ended
 * does not change, so each retry sends the same bytes. Image addresses are paths below the API's own, since only the
 * receiver knows by which name it reaches the API; they need its key.
 *
 * @param occurredAt when the event happened: the same for every attempt, other than the `webhook-timestamp` header
 */
export function renderWebhookEvent(job: Job, event: WebhookEvent, occurredAt: Date): string {
  return JSON.stringify({
    type: event,
    timestamp: occurredAt,
    data: {
      id: job.id,
      type: job.type,
      status: job.status,
      createdAt: job.createdAt,
      startedAt: job.startedAt,
      finishedAt: job.finishedAt,
      attempts: job.attempts,
      error: job.error && { code: job.error.code, message: job.error.message },
      images: job.images.map(({ contentType, bytes, sha256 }, n) => ({
        url: `/api/jobs/${job.id}/images/${n}`,
        contentType,
        bytes,
        sha256,
      })),
    },
  });
}
