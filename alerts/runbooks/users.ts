import type { AlertName } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { longestSilenceDays } from "../../app/catalogue/notifications.ts";
import { schedules } from "../../app/catalogue/schedules.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { ofUsers, thresholds } from "../../app/catalogue/thresholds.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { sayThreshold } from "../wording.ts";
import { databaseCommand, sqlCommand, telemetryCommand } from "./commands.ts";
import type { Command, Query, Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const { quantile } = thresholds.responseTimeHigh;

const slowestRoutes: Query = {
  tells: `seconds that ${quantile * 100} of 100 requests keep, by route: one slow route, or all of them`,
  query: promql.quantile(quantile, "http.server.request.duration", rateWindowSeconds, {
    where: ofUsers,
    by: ["http.route"],
  }),
};

const requestRate: Query = {
  tells: "requests a second, by route and status: a rush, or many errors",
  query: promql.rate("http.server.request.duration", rateWindowSeconds, {
    where: ofUsers,
    by: ["http.route", "http.response.status_code"],
  }),
};

const pingCommand: Command = {
  tells:
    "how long a request takes that asks nothing of anyone: when this is slow too, it is the process or its machine",
  command: ({ service }) => `curl -sS -o /dev/null -w '%{time_total} s\\n' ${service}${endpoints.ping.route}`,
};

const eventLoop: Query = {
  tells: "seconds by which the worst of 100 callbacks is late, by process: a busy process delays every answer",
  query: promql.series("nodejs_eventloop_delay_p99"),
};

export const slownessDiagnosis = [slowestRoutes, requestRate, pingCommand, eventLoop, databaseCommand] as const;
export const slownessMitigation = [
  "All routes and the ping are slow: the process lacks CPU. Look with `top` for what takes it; ComfyUI on the same machine does. Move it, or start the API apart from the worker (`ROLE=api` and `ROLE=worker`), several times behind a proxy if need be.",
  "Only routes that use the database are slow: look at its queries and its disk (`iostat -x 1`). Most often it is a backup or somebody's report.",
  "One client sends most of it: `RATE_LIMIT=enforce` holds the documented frequency for ping, health and telemetry.",
] as const;

export const userRunbooks = {
  ResponseTimeHigh: {
    meaning: `${Math.round(100 - quantile * 100)} of 100 answers of the API took ${sayThreshold(thresholds.responseTimeHigh)}. Requests of Prometheus and of an orchestrator do not count.`,
    impact: "Whoever uses the API waits; clients with short timeouts see errors and send again.",
    diagnosis: slownessDiagnosis,
    mitigation: slownessMitigation,
  },

  WebrtcConnectionSlow: {
    meaning:
      `Browsers report that connecting by WebRTC takes ${sayThreshold(thresholds.webrtcConnectionSlow)} for 1 in ` +
      `${Math.round(1 / (1 - thresholds.webrtcConnectionSlow.quantile))} of them. It is measured there, not here.`,
    impact: "Visitors wait for the picture to begin. Jobs are not affected.",
    diagnosis: [
      {
        tells:
          "milliseconds for half of the browsers: when it is low, few visitors with a difficult network make the alert",
        query: promql.quantile(0.5, "webrtc_connection_time", rateWindowSeconds),
      },
      {
        tells: "connections a second: with very few of them one slow visitor is enough",
        query: promql.rate("webrtc_connection_time", rateWindowSeconds),
      },
      sqlCommand(
        "when the secret that TURN credentials are made with was last changed",
        "select name, changed_at from secrets where name like 'turn:%'",
      ),
      {
        tells: "on the TURN server: whether it listens",
        command: () => "ss -lntu | grep :3478",
      },
    ],
    mitigation: [
      "The TURN server does not listen, or is not the one in `TURN_URLS`: browsers wait for it before they try another way. Start it, or correct the setting.",
      `Its log is full of 401: it has another secret than the one in the table \`secrets\`. The secret changes every ${sayTime(schedules.turn_rotation.everySeconds)}, and the TURN server has to follow: with Redis as the queue it finds \`turn:secret\` there.`,
      "It is full: look at its network (`nload`) and CPU; relayed streams cost both. Add a second one to `TURN_URLS`.",
    ],
  },

  TelemetrySourceSilent: {
    meaning:
      `A partner's system that used to report its numbers by \`POST ${endpoints.telemetryReport.route}\` has not done so for ` +
      `${sayTime(limits.sourceSilentSeconds)}. The label \`source\` names it.`,
    impact: "Panels show the last numbers that it sent, which are old. Nothing of ours is broken.",
    diagnosis: [
      telemetryCommand,
      {
        tells:
          "what the API answered to reports, a second: 401 is a wrong key, 422 a wrong shape or a limit, 429 too often",
        query: promql.rate("http.server.request.duration", rateWindowSeconds, {
          where: {
            "http.route": endpoints.telemetryReport.route,
            "http.request.method": endpoints.telemetryReport.method,
          },
          by: ["http.response.status_code"],
        }),
      },
      {
        tells: "the last values of each source",
        query: promql.level("dashboard_source_value", { by: ["source", "metric"] }),
      },
      sqlCommand(
        "when each source last reported",
        "select source, now() - reported_at as silent from telemetry_sources order by reported_at",
      ),
    ],
    mitigation: [
      "401: the key that it sends is not in `API_KEYS` any more. Give it one.",
      "422: the answer names the field or the limit. Its new version sends something else than before.",
      "Nothing arrives: its own schedule has stopped, or it cannot reach us. Tell its owner.",
      `It was switched off for good: \`psql "$DATABASE_URL" -c "delete from telemetry_sources where source = '<name>'"\`; by itself it is forgotten after ${limits.sourceRetentionDays} days. A silence lasts ${longestSilenceDays} days at most, and covers all sources.`,
    ],
    valueEmptyWhenHealthy: true,
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
