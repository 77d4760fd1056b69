import { formatDuration } from "../../app/api/human.ts";
import type { JobStatus } from "../../app/catalogue/names.ts";
import type { Answer } from "./client.ts";
import type { Paint, Tone } from "./paint.ts";
import { printable } from "./printable.ts";
import { formatAgo } from "./relative-time.ts";
import type { Cell } from "./table.ts";

export type JobAnswer = Answer<"jobRead">;

export const statusTones = {
  pending: "warn",
  processing: "busy",
  completed: "good",
  failed: "bad",
  cancelled: "quiet",
} as const satisfies Record<JobStatus, Tone>;

export function formatProgress(progress: number): string {
  return `${Math.floor(progress * 100)} %`;
}

function countPictures(count: number): string {
  return count === 1 ? "1 picture" : `${count} pictures`;
}

/** What there is to say of a job in a few words. */
function describeResult({ status, progress, error, images }: JobAnswer): string {
  if (error !== null) return printable(`${error.code}: ${error.message}`);
  if (status === "processing") return formatProgress(progress);
  return status === "completed" ? countPictures(images.length) : "";
}

export const jobHead: readonly Cell[] = ["JOB", "STATUS", "ACCEPTED", "WAITED", "TOOK", "RESULT"].map((text) => ({
  text,
  tone: "quiet",
}));

export function jobRow(job: JobAnswer, now: Date): readonly Cell[] {
  return [
    { text: job.id },
    { text: job.status, tone: statusTones[job.status] },
    { text: formatAgo(job.createdAt, now) },
    { text: formatDuration(job.queueWaitTimeMs) ?? "" },
    { text: formatDuration(job.processingTimeMs) ?? "" },
    { text: describeResult(job) },
  ];
}

/** Everything about one job, a line for each thing that there is to say. */
export function renderJob(
  job: JobAnswer,
  { url, now, paint }: { readonly url: string; readonly now: Date; readonly paint: Paint },
): readonly string[] {
  const { status, error, webhook } = job;
  const times = job.attempts > 1 ? `, attempt ${job.attempts}` : "";
  const rows: readonly (readonly [string, string | null])[] = [
    [
      "status",
      paint(statusTones[status], status) + (status === "processing" ? ` ${formatProgress(job.progress)}` : "") + times,
    ],
    ["error", error && paint("bad", printable(`${error.code}: ${error.message}`))],
    ["type", job.type],
    ["accepted", `${job.createdAt} (${formatAgo(job.createdAt, now)})`],
    ["waited", formatDuration(job.queueWaitTimeMs)],
    ["took", formatDuration(job.processingTimeMs)],
    ...job.images.map(
      ({ contentType, bytes }, n) =>
        [
          n === 0 ? "pictures" : "",
          `${url}/api/jobs/${job.id}/images/${n} (${printable(contentType)}, ${Math.ceil(bytes / 1_000)} kB)`,
        ] as const,
    ),
    ["webhook", webhook && `${webhook.status} after ${webhook.attempts} attempts: ${printable(webhook.url)}`],
    ["trace", job.traceId && printable(job.traceId)],
  ];
  return [job.id, ...rows.flatMap(([name, text]) => (text === null ? [] : [`  ${name.padEnd(10)}${text}`]))];
}
