import { describe, expect, test } from "@jest/globals";
import { type JobAnswer, jobRow, renderJob } from "./job-view.ts";
import { createPaint } from "./paint.ts";

const now = new Date("2026-11-28T12:00:00.000Z");
const paint = createPaint({ colours: false });
const url = "http://127.0.0.1:3000";

const job: JobAnswer = {
  id: "01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90",
  type: "image",
  status: "failed",
  progress: 0.5,
  attempts: 2,
  createdAt: "2026-11-28T11:58:00.000Z",
  startedAt: "2026-11-28T11:58:01.000Z",
  finishedAt: "2026-11-28T11:58:13.000Z",
  queueWaitTimeMs: 1_000,
  processingTimeMs: 12_000,
  error: { code: "execution_error", message: "out of\nmemory \u001B[2J\u202E" },
  images: [],
  webhook: { url: "https://a.example/", status: "failed", attempts: 5 },
  traceId: null,
};

describe("a job on a terminal", () => {
  test("is one line among others, and what a renderer wrote cannot break it", () => {
    expect(jobRow(job, now).map(({ text }) => text)).toEqual([
      job.id,
      "failed",
      "2m ago",
      "1s",
      "12s",
      "execution_error: out of memory \uFFFD[2J\uFFFD",
    ]);
  });

  test("is told with everything that is known, and nothing that is not", () => {
    expect(renderJob(job, { url, now, paint })).toEqual([
      job.id,
      "  status    failed, attempt 2",
      "  error     execution_error: out of memory \uFFFD[2J\uFFFD",
      "  type      image",
      "  accepted  2026-11-28T11:58:00.000Z (2m ago)",
      "  waited    1s",
      "  took      12s",
      "  webhook   failed after 5 attempts: https://a.example/",
    ]);
  });

  test("has the addresses of its pictures", () => {
    const images = [1_500, 200].map((bytes) => ({ url: "elsewhere", contentType: "image/png", bytes }));
    const lines = renderJob({ ...job, status: "completed", error: null, images }, { url, now, paint });
    expect(lines.filter((line) => line.includes("/images/"))).toEqual([
      `  pictures  ${url}/api/jobs/${job.id}/images/0 (image/png, 2 kB)`,
      `            ${url}/api/jobs/${job.id}/images/1 (image/png, 1 kB)`,
    ]);
  });
});
