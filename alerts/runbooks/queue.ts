import type { AlertName } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { jobTypes } from "../../app/catalogue/job-types.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { queueTiming } from "../../app/catalogue/queue.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { thresholds } from "../../app/catalogue/thresholds.ts";
import { settings } from "../../app/settings.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { sayThreshold } from "../wording.ts";
import { comfyuiCommand, comfyuiQueueCommand, healthCommand, sqlCommand, workersCommand } from "./commands.ts";
import type { Query, Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const accepted: Query = {
  tells: "jobs that come in, a second",
  query: promql.rate("http.server.request.duration", rateWindowSeconds, {
    where: {
      "http.route": endpoints.jobSubmit.route,
      "http.request.method": endpoints.jobSubmit.method,
      "http.response.status_code": "202",
    },
  }),
};

const ended: Query = {
  tells:
    "attempts that end, a second, by how: with more coming in than completing, the queue grows for as long as that lasts",
  query: promql.rate("job_processing_time", rateWindowSeconds, { by: ["outcome"] }),
};

const processing: Query = {
  tells: "milliseconds that an attempt takes on average",
  query: promql.mean("job_processing_time", rateWindowSeconds, { by: ["job_type"] }),
};

const workers: Query = {
  tells: "the processes that work, as Prometheus sees them: 0 is one that is gone",
  query: promql.series("up", { role: ["all", "worker"] }),
};

const oldest: Query = {
  tells: "seconds that the oldest job has waited",
  query: promql.level("dashboard_queue_oldest_wait_seconds"),
};

const waitingJobs = sqlCommand(
  "the jobs that have waited longest, and how often each was begun before",
  "select id, type, now() - queued_at as waits, attempts, error->>'code' as last_error from jobs " +
    "where status = 'pending' order by queued_at limit 20",
);

const runningJobs = sqlCommand(
  "the jobs in hand: one that has run for minutes keeps its place in the worker",
  "select id, type, now() - started_at as runs, round(progress::numeric, 2) as progress, attempts from jobs " +
    "where status = 'processing' order by started_at limit 20",
);

const moreWorkers =
  "More pictures at once need another ComfyUI, as one renders one prompt at a time. Start a worker with a GPU of its own: " +
  "`ROLE=worker COMFYUI_URL=http://<second>:8188 PORT=3002 OTEL_EXPORTER_PROMETHEUS_PORT=9465 npm start`, with the same " +
  "`DATABASE_URL`, `QUEUE_URL` and `WEBHOOK_SECRET`, and name its metrics in `WORKER_METRICS` of the API. " +
  `\`WORKER_CONCURRENCY\` (${settings.WORKER_CONCURRENCY.default} unless set) helps only where ComfyUI is idle between jobs.`;

const cancelJobs = `Cancel jobs that nobody waits for: \`POST ${endpoints.jobCancel.route}\`. Nothing has to be cleared by hand; every job is safe in Postgres.`;

const growth = [accepted, ended, processing, workers] as const;

export const queueRunbooks = {
  QueueSizeHigh: {
    meaning:
      `In the queue ${sayThreshold(thresholds.queueSizeHigh)} wait for a worker. ComfyUI, the queue and the workers are up: those are told ` +
      `of first. Beyond ${thresholds.queueOverflow.above} it becomes [QueueOverflow](QueueOverflow.md).`,
    impact: `New jobs wait longer. \`GET ${endpoints.health.route}\` says \`queueHealth: high\`, and stays \`healthy\` for that alone.`,
    diagnosis: [...growth, oldest, runningJobs, comfyuiQueueCommand],
    mitigation: [
      "A rush that is over: the rate of completed jobs is above that of accepted ones. Let it pass.",
      "Attempts take longer than usual: see [JobProcessingSlow](JobProcessingSlow.md). Many are `retried`: see [JobSuccessRateLow](JobSuccessRateLow.md).",
      "ComfyUI's own queue holds prompts of others: it is shared. Give the service one for itself.",
      moreWorkers,
      cancelJobs,
    ],
  },

  QueueOverflow: {
    meaning:
      `In the queue ${sayThreshold(thresholds.queueOverflow)} wait for a worker: more come in than the workers can do, and it is not a ` +
      "matter of a moment any more.",
    impact:
      "Every new job waits behind all of these. None is refused and none is lost: the queue has no limit but the disk.",
    diagnosis: [...growth, oldest, waitingJobs, runningJobs, comfyuiQueueCommand],
    mitigation: [
      moreWorkers,
      "Find out who sends: the access log of what stands before the API. A client that repeats orders without `Idempotency-Key` makes each of them a job.",
      cancelJobs,
      "Until there are more workers, tell those who send, or take their key out of `API_KEYS` and restart the API.",
    ],
  },

  QueueHealthHigh: {
    meaning:
      `Few jobs wait (${thresholds.queueSizeHigh.above} or fewer), but one of them for longer than its objective: ` +
      `${sayTime(jobTypes.image.waitObjectiveSeconds)} for \`image\`. Time counts from when it last became pending.`,
    impact: "Somebody waits for a picture for longer than promised, though the queue is short.",
    diagnosis: [oldest, runningJobs, waitingJobs, workersCommand, processing, workers],
    mitigation: [
      `Long jobs hold all places: an attempt may take up to ${sayTime(jobTypes.image.timeoutMs / 1_000)}. Cancel one that is not worth it (\`POST ${endpoints.jobCancel.route}\`).`,
      `A worker was killed with jobs in hand: they are taken again after ${sayTime(queueTiming.lockMs / 1_000)}. Wait for that.`,
      "Jobs that no worker takes while one is idle: restart that worker. What it has in hand goes back to the queue.",
      moreWorkers,
    ],
  },

  WorkerStalled: {
    meaning:
      `Jobs wait, and no worker has given a sign of life for ${sayTime(limits.workerSilentSeconds)}, or none has got on with ` +
      `any job for ${sayTime(limits.workerProgressSeconds)}. Database, queue and ComfyUI are up: the fault is in the workers.`,
    impact:
      "No job is begun. Jobs are accepted and wait; nothing is lost. Webhooks stand still too where no worker lives.",
    diagnosis: [healthCommand, workersCommand, workers, runningJobs, comfyuiCommand],
    mitigation: [
      "No worker lives (`silent` grows in every row): start it again. Its log, or for one that the kernel killed for its memory `dmesg`, tells how it ended; exit code 70 is a fault of ours, 69 something that it needs.",
      `Workers live and \`idle\` grows: they hang on a job. Restart them; what they had in hand is taken again, after ${sayTime(queueTiming.lockMs / 1_000)} at the latest. A job that takes its workers down with it is failed, as \`worker_lost\`, when it was begun more than ${jobTypes.image.attempts + queueTiming.lostWorkers} times; cancel it before (\`POST ${endpoints.jobCancel.route}\`).`,
      "Workers live on another machine: each asks its own `COMFYUI_URL`, and begins nothing while that does not answer. The API may see another ComfyUI. Try from there.",
      "All the same after a restart: a worker says in its log what it cannot do, with the words `must wait`.",
    ],
  },

  QueueWaitLong: {
    meaning:
      `Jobs waited ${sayThreshold(thresholds.queueWaitLong)} on average before a worker took them; the time that visitors' ` +
      "browsers measured counts as well. No queue alert fires, so it is a little too much all the time, not a jam.",
    impact: "Every customer waits a few seconds more.",
    diagnosis: [
      {
        tells: "whether jobs waited (`job`) or browsers say so (`session`)",
        query: promql.mean("queue_wait_time", rateWindowSeconds, { by: ["origin"] }),
      },
      {
        tells: "milliseconds that the worst of 20 waited",
        query: promql.quantile(0.95, "queue_wait_time", rateWindowSeconds, { by: ["origin"] }),
      },
      ...growth,
      waitingJobs,
      workersCommand,
    ],
    mitigation: [
      "Only `session` is high: nothing waits here. The page measures something else as well; ask those who run it.",
      moreWorkers,
    ],
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
