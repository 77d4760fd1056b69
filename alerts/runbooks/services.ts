import type { AlertName } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { jobTypes } from "../../app/catalogue/job-types.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { queueTiming } from "../../app/catalogue/queue.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { services } from "../../app/catalogue/services.ts";
import * as promql from "../../app/telemetry/promql.ts";
import {
  alertsCommand,
  comfyuiCommand,
  databaseCommand,
  diskCommand,
  embeddedDatabaseCommand,
  gpuCommand,
  healthCommand,
  redisCommand,
  sqlCommand,
} from "./commands.ts";
import { failingReceiversCommand, lastAttemptsCommand } from "./deliveries.ts";
import type { Query, Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const everyService: Query = {
  tells: "every service: 0 is down; one that is missing is not known, because the database does not answer",
  query: promql.level("dashboard_service_up", { by: ["service"] }),
};

/** How a service counts as down, by its row. */
function sayProbe(name: "database" | "queue" | "comfyui"): string {
  const { probeIntervalMs, probeDeadlineMs, staleAfterMs } = services[name];
  return (
    `The service asks every ${sayTime(probeIntervalMs / 1_000)} and waits ${sayTime(probeDeadlineMs / 1_000)} for the ` +
    `answer; it is down when there was none, or none for ${sayTime(staleAfterMs / 1_000)}`
  );
}

const remediation =
  "To have this done at any hour, start the API with `REMEDIATION_COMFYUI_COMMAND`, for instance " +
  "`docker restart comfyui`. It runs under `/bin/sh` with nothing but `PATH`, `HOME` and `LANG`, for " +
  `${sayTime(limits.remediationTimeoutSeconds)} at the longest, at most once in ${sayTime(limits.remediationPauseSeconds)} and ` +
  `${limits.remediationsPerWindow} times in ${sayTime(limits.remediationWindowSeconds)}; each attempt is recorded and told.`;

export const serviceRunbooks = {
  DashboardDegraded: {
    meaning:
      `\`GET ${endpoints.health.route}\` says \`degraded\`: one of the services is down, or jobs wait and no worker gets on ` +
      "with them. Each of these has an alert of its own that silences this one, so what reaches you here is what they do " +
      "not tell: most likely several services that go down in turn, none for long enough.",
    impact: `Those who poll \`${endpoints.health.route}\` see \`degraded\`. What else fails depends on the reason.`,
    diagnosis: [
      healthCommand,
      everyService,
      {
        tells: "whether the workers are the reason: 1 is stalled",
        query: promql.level("dashboard_worker_stalled"),
      },
    ],
    mitigation: [
      "Read `reasons` in the answer, and follow the page of the service that it names.",
      "Where services come and go in turn, look for what they share: the machine (`top`, `df -h`), the network, the name server.",
    ],
  },

  ComfyuiDown: {
    meaning: `ComfyUI does not answer \`GET /system_stats\` at \`COMFYUI_URL\`. ${sayProbe("comfyui")}.`,
    impact:
      "No picture is rendered. Jobs are accepted as ever and wait: workers begin none while ComfyUI is away, so that none " +
      "uses up its attempts, and nothing is lost. A job that was being rendered has failed one attempt of " +
      `${jobTypes.image.attempts} and waits too. Queue alerts stay silent meanwhile; webhooks go on.`,
    diagnosis: [
      comfyuiCommand,
      healthCommand,
      gpuCommand,
      {
        tells: "on ComfyUI's machine, where it runs in Docker: whether it runs, and its last words",
        command: () => "docker ps --all --filter name=comfyui; docker logs --tail 50 comfyui",
      },
      alertsCommand,
      { tells: "how many jobs wait by now", query: promql.level("dashboard_jobs_pending") },
    ],
    mitigation: [
      "The command answers, and the alert stays: the service reaches another address than you do. Compare `COMFYUI_URL` in its environment, and try from its machine or container.",
      "Refused or no route: start ComfyUI again (`docker restart comfyui`, `systemctl restart comfyui`). It must listen on an address that the service reaches: `--listen 0.0.0.0` from another machine.",
      "It hangs: restart it as well. Where its log says that it was out of memory, the jobs of that moment come again: look whether one of them is too large.",
      remediation,
      "Then wait: workers see the answer within seconds and go on by themselves. Until they have caught up the queue may be long enough for an alert of its own.",
    ],
  },

  DatabaseDown: {
    meaning: `Postgres does not answer. ${sayProbe("database")}.`,
    impact:
      "No job is accepted: whatever needs the database answers 503 with `Retry-After`. " +
      `\`GET ${endpoints.health.route}\` goes on with the last numbers it knew, marked by their age; the metrics of jobs, ` +
      "workers, webhooks and sources are absent until it is back. A job in hand whose outcome cannot be written is begun " +
      "again afterwards. What was accepted is in the database and safe.",
    diagnosis: [healthCommand, databaseCommand, embeddedDatabaseCommand, diskCommand, everyService],
    mitigation: [
      "The disk is full: make room first. Postgres stops at a full disk and starts again when there is some.",
      "`DATABASE_URL` is set: start that Postgres. The service connects again by itself, and needs no restart.",
      "It is the embedded one: restart gozcu, which starts it; nothing else does.",
      "`too many clients`: end idle sessions of others, or raise `max_connections`. Each process of ours takes a pool for the data and another for a queue in Postgres.",
      "It answers you, and slowly: look in the list for a query or a lock that has run for minutes, and end it with `select pg_terminate_backend(<pid>)`.",
    ],
  },

  QueueDown: {
    meaning: `The queue, Redis or Postgres as \`QUEUE_URL\` says, does not answer. ${sayProbe("queue")}.`,
    impact:
      "Jobs are accepted, with 202, and wait in Postgres: they reach the queue when it is back. Workers get no new job and " +
      "no webhook is tried; what they have in hand is finished. Scheduled jobs wait.",
    diagnosis: [
      healthCommand,
      redisCommand,
      sqlCommand(
        "how many jobs and webhooks wait to be handed to the queue",
        "select queue, count(*) from outbox group by queue",
      ),
      {
        tells: "entries by queue; absent while the queue is down",
        query: promql.level("queue_depth", { by: ["queue", "state"] }),
      },
    ],
    mitigation: [
      "Start the Redis that `QUEUE_URL` names; the service connects again by itself.",
      "Its memory is full: raise `maxmemory`. The policy must be `noeviction`: any other throws entries away.",
      `It has lost its data: nothing is to be done. The service compares what is open in Postgres with the queue every ${sayTime(queueTiming.sweepMs / 1_000)} and puts back what is missing.`,
      "`QUEUE_URL` is not set, or a Postgres: then this is Postgres answering the one and not the other. See [DatabaseDown](DatabaseDown.md), `too many clients` first.",
    ],
  },

  WebhookDown: {
    meaning: `For ${sayTime(limits.webhookWindowSeconds)} attempts to deliver webhooks have failed, and not one got through.`,
    impact:
      "Customers do not hear that their jobs have ended. The jobs themselves are not touched: whoever asks " +
      `\`GET ${endpoints.jobRead.route}\` gets the outcome. Deliveries are tried again with growing waits.`,
    diagnosis: [
      failingReceiversCommand,
      lastAttemptsCommand,
      {
        tells: "deliveries that have ended, a second",
        query: promql.rate("webhook_deliveries", rateWindowSeconds, { by: ["outcome"] }),
      },
      healthCommand,
    ],
    mitigation: [
      "One host fails and it is the only one with webhooks: its owner has to mend it. Tell them what the attempts say.",
      "All hosts fail: it is our way out. Try `curl -I https://<host>` from the worker's machine: name server, proxy, firewall, the clock (a wrong one breaks TLS, and makes receivers refuse the signature).",
      "401 or 403 from all since a restart: the signing secret has changed. All workers must have the same `WEBHOOK_SECRET`, and the receivers that one.",
      "`refused`: the address is private. Allow it with `WEBHOOK_ALLOW_PRIVATE=true` if the receivers are your own.",
    ],
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
