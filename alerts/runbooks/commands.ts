import { endpoints } from "../../app/catalogue/endpoints.ts";
import type { SettingName } from "../../app/settings.ts";
import type { Place } from "./place.ts";
import type { Command } from "./runbook.ts";

/** A setting as the shell knows it: typed, so that a page names none that there is not. */
const variable = (name: SettingName) => `$${name}`;

/** A path as one word of a shell, with what is special in it quoted. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A file of the data folder, for the shell. */
const dataFile = ({ dataFolder }: Place, name: string) => quote(`${dataFolder}/${name}`);
const withKey = (at: Place) => `-H "X-API-Key: $(cat ${dataFile(at, "api-key")})"`;

export const healthCommand: Command = {
  tells: "what the service itself thinks is wrong: `reasons`, and each service with its `reason` and `since`",
  command: ({ service }) => `curl -sS ${service}${endpoints.health.route}`,
};

export const alertsCommand: Command = {
  tells: "what fires, when the Watchdog was last heard, and the last restarts with what the command wrote",
  command: (at) => `curl -sS ${withKey(at)} ${at.service}${endpoints.alertList.route}`,
};

export const telemetryCommand: Command = {
  tells: "counts, rates and times, and when each source last reported",
  command: (at) => `curl -sS ${withKey(at)} ${at.service}${endpoints.telemetryRead.route}`,
};

export const failedJobsCommand: Command = {
  tells: "the last failed jobs, each with its `error` and its `traceId`",
  command: (at) => `curl -sS ${withKey(at)} "${at.service}${endpoints.jobList.route}?status=failed&limit=20"`,
};

export const comfyuiCommand: Command = {
  tells: "whether ComfyUI answers the question that the probe asks",
  command: () => `curl -sS --max-time 10 "${variable("COMFYUI_URL")}/system_stats"`,
};

export const comfyuiQueueCommand: Command = {
  tells: "what ComfyUI renders now, and what waits in its own queue: jobs of others delay ours",
  command: () => `curl -sS --max-time 10 "${variable("COMFYUI_URL")}/queue"`,
};

export const gpuCommand: Command = {
  tells: "on ComfyUI's machine: whether the GPU is there, and whether its memory or its heat is the limit",
  command: () => "nvidia-smi",
};

/** A query of our database; it must hold no double quote, dollar sign or backtick. */
export function sqlCommand(tells: string, sql: string): Command {
  return { tells, command: () => `psql "${variable("DATABASE_URL")}" -c "${sql}"` };
}

export const databaseCommand: Command = sqlCommand(
  "whether Postgres answers, and which queries run for how long",
  "select pid, state, wait_event_type, now() - query_start as since, left(query, 60) as query from pg_stat_activity " +
    "where state <> 'idle' order by since desc limit 20",
);

export const embeddedDatabaseCommand: Command = {
  tells: "the log of the embedded Postgres, where it is the one (it is without `DATABASE_URL`)",
  command: (at) => `tail -n 50 ${dataFile(at, "postgres/server.log")}`,
};

export const diskCommand: Command = {
  tells: "whether the disk is full",
  command: () => "df -h .",
};

export const redisCommand: Command = {
  tells: "where `QUEUE_URL` is a Redis: its memory, and that `maxmemory_policy` is `noeviction`",
  command: () => `redis-cli -u "${variable("QUEUE_URL")}" info memory`,
};

export const workersCommand: Command = sqlCommand(
  "when each worker last gave a sign of life, and last got on with a job",
  "select id, now() - seen_at as silent, now() - progressed_at as idle from workers order by seen_at desc limit 10",
);

const titles = { prometheus: "Prometheus", alertmanager: "Alertmanager" } as const;

/** The log of a program that `npm start` has started along: it is told to write of trouble alone. */
export function monitorLogCommand(program: keyof typeof titles): Command {
  return {
    tells: `the log of ${titles[program]}, where \`npm start\` has started it; empty is good`,
    command: (at) => `tail -n 50 ${dataFile(at, `${program}/output.log`)}`,
    silentWhenHealthy: true,
  };
}

export function readyCommand(program: keyof typeof titles): Command {
  return { tells: `whether ${titles[program]} is there`, command: (at) => `curl -sS ${at[program]}/-/ready` };
}

/** For the index: what the commands above need to know. */
export function renderPreparation(at: Place): string {
  const password = `$(cat ${dataFile(at, "postgres-password")})`;
  const port = `$(sed -n 4p ${dataFile(at, "postgres/postmaster.pid")})`;
  return `export COMFYUI_URL=http://127.0.0.1:8188
export DATABASE_URL="postgres://gozcu:${password}@127.0.0.1:${port}/postgres"
export QUEUE_URL="$DATABASE_URL"`;
}
