import { describe, expect, test } from "@jest/globals";
import type { Job } from "../../jobs/job.ts";
import { renderWebhookEvent } from "./event.ts";

const completed: Job = {
  id: "019a5b3c-0000-7000-8000-000000000001",
  type: "image",
  status: "completed",
  attempts: 2,
  progress: 1,
  createdAt: new Date("2026-11-05T10:00:00.000Z"),
  startedAt: new Date("2026-11-05T10:00:01.250Z"),
  finishedAt: new Date("2026-11-05T10:00:09.500Z"),
  images: [
    { contentType: "image/png", bytes: 1_234, sha256: "aa" },
    { contentType: "image/png", bytes: 99, sha256: "bb" },
  ],
  webhook: { url: "https://hooks.example/?token=hunter2", status: "waiting", attempts: 0 },
  traceId: "0af7651916cd43dd8448eb211c80319c",
};
const occurredAt = new Date("2026-11-05T10:00:09.501Z");

describe("the body of a webhook", () => {
  test("has the payload form of Standard Webhooks", () => {
    expect(JSON.parse(renderWebhookEvent(completed, "job.completed", occurredAt))).toEqual({
      type: "job.completed",
      timestamp: "2026-11-05T10:00:09.501Z",
      data: {
        id: completed.id,
        type: "image",
        status: "completed",
        createdAt: "2026-11-05T10:00:00.000Z",
        startedAt: "2026-11-05T10:00:01.250Z",
        finishedAt: "2026-11-05T10:00:09.500Z",
        attempts: 2,
        images: [
          { url: `/api/jobs/${completed.id}/images/0`, contentType: "image/png", bytes: 1_234, sha256: "aa" },
          { url: `/api/jobs/${completed.id}/images/1`, contentType: "image/png", bytes: 99, sha256: "bb" },
        ],
      },
    });
  });

  test("tells why a job failed", () => {
    const { startedAt: _, ...unstarted } = completed;
    const error = { code: "workflow_invalid", message: "The renderer refused the workflow." };
    const job: Job = { ...unstarted, status: "failed", images: [], error };
    expect(JSON.parse(renderWebhookEvent(job, "job.failed", occurredAt))).toMatchObject({
      type: "job.failed",
      data: { status: "failed", error, images: [] },
    });
  });

  test("leaves out what never happened", () => {
    const { startedAt: _, ...unstarted } = completed;
    const body = renderWebhookEvent({ ...unstarted, status: "cancelled", images: [] }, "job.cancelled", occurredAt);
    expect(JSON.parse(body).data).not.toHaveProperty("startedAt");
    expect(JSON.parse(body).data).not.toHaveProperty("error");
  });

  test("is the same to the byte for each retry, whatever became of the delivery meanwhile", () => {
    const { id, type, ...rest } = completed;
    const later: Job = { ...rest, type, id, webhook: { url: "https://hooks.example/", status: "failed", attempts: 3 } };
    expect(renderWebhookEvent(later, "job.completed", occurredAt)).toBe(
      renderWebhookEvent(completed, "job.completed", occurredAt),
    );
  });
});
