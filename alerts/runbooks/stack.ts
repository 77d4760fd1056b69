import { type AlertName, alertNames } from "../../app/catalogue/alerts.ts";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { limits } from "../../app/catalogue/limits.ts";
import { notifications, watchdogName } from "../../app/catalogue/notifications.ts";
import { evaluationSeconds, rateWindowSeconds, scrapes, scrapeTimeoutSeconds } from "../../app/catalogue/scrape.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { alertsCommand, monitorLogCommand, readyCommand } from "./commands.ts";
import type { Command, Query, Runbook } from "./runbook.ts";
import { sayTime } from "./words.ts";

const targetsCommand: Command = {
  tells: "the error of each scrape that failed (`lastError`)",
  command: ({ prometheus }) =>
    `curl -sS "${prometheus}/api/v1/targets?state=active" | grep -o '"scrapeUrl":"[^"]*"\\|"lastError":"[^"]*"'`,
};

const scrapeCommand: Command = {
  tells: "what Prometheus would get, asked from its own machine",
  command: ({ dashboardMetrics }) =>
    `curl -sS -o /dev/null -w '%{http_code} after %{time_total} s\\n' ${dashboardMetrics}`,
};

const otelScrapeCommand: Command = {
  tells: "the same for the OpenTelemetry port",
  command: ({ otelMetrics }) => `curl -sS -o /dev/null -w '%{http_code} after %{time_total} s\\n' ${otelMetrics}`,
};

const deliveryToAlertmanager: Query = {
  tells: "alerts that Prometheus could not hand to Alertmanager",
  query: promql.increase("prometheus_notifications_dropped_total", rateWindowSeconds),
};

const receivedCommand: Command = {
  tells: "what Alertmanager holds; what is suppressed there is silenced or has a cause that fires",
  command: ({ alertmanager }) =>
    `amtool --alertmanager.url=${alertmanager} alert query --silenced --inhibited --active`,
};

const refusedConfiguration = [
  "The log names file and line. The files are made from the catalogue: mend it there, then `npm run generate` or `npx cdktf deploy`.",
  "An older version, by `images.prometheus` or `images.alertmanager`, may not know a setting: take the one that the stack comes with.",
];

export const stackRunbooks = {
  TargetDown: {
    meaning: `Prometheus asks \`instance\` of the job \`job\` for its metrics and gets none. The jobs: ${Object.entries(
      scrapes,
    )
      .map(([job, { help }]) => `\`${job}\` (${help})`)
      .join(", ")}.`,
    impact:
      "The target is down, or only Prometheus cannot reach it. Without `dashboard` no alert about jobs, services or webhooks " +
      "can fire: look by hand until it is back. Without `gozcu-otel` those about response times and objectives cannot.",
    diagnosis: [
      targetsCommand,
      scrapeCommand,
      otelScrapeCommand,
      {
        tells: `seconds that scraping takes: at ${scrapeTimeoutSeconds} it is given up`,
        query: promql.series("scrape_duration_seconds"),
      },
      {
        tells: "samples a target exposes: a sudden growth makes it slow",
        query: promql.series("scrape_samples_scraped"),
      },
      { tells: "the series that Prometheus holds", query: promql.series("prometheus_tsdb_head_series") },
    ],
    mitigation: [
      "`connection refused`: the process is gone, or listens elsewhere. Start it; compare `PORT`, `HOST`, `OTEL_EXPORTER_PROMETHEUS_PORT` and `OTEL_EXPORTER_PROMETHEUS_HOST` with the target.",
      "`context deadline exceeded`: it is there and hangs. See [ResponseTimeHigh](ResponseTimeHigh.md), and restart it if it does not even answer `/livez`.",
      "A worker that was taken away on purpose: take it out of `WORKER_METRICS`, and restart the API.",
      "`alertmanager`: nobody is told of anything meanwhile, only the outside heartbeat notices. Restart it, or gozcu where `npm start` runs it.",
    ],
  },

  RuleEvaluationFailing: {
    meaning: `Prometheus cannot evaluate a rule of the group in \`rule_group\`, which it tries every ${sayTime(evaluationSeconds)}.`,
    impact: "Alerts of that group may not fire, or stay as they are. Burn-rate alerts stand on the groups that record.",
    diagnosis: [
      {
        tells: "how many rules are well, and the error of each that is not",
        command: ({ prometheus }) =>
          `curl -sS ${prometheus}/api/v1/rules | grep -o '"health":"[^"]*"\\|"lastError":"[^"]*"' | sort | uniq -c`,
      },
      { tells: "whether the rules are those of the catalogue", command: () => "npm run generate -- --check" },
      { tells: "whether they are well formed", command: () => "promtool check rules alerts/generated/*-rules.yml" },
      monitorLogCommand("prometheus"),
    ],
    mitigation: [
      "Rules were edited by hand: `npm run generate`, then restart Prometheus or `kill -HUP` it.",
      "`many-to-many matching` or `multiple matches`: a metric has a label that it had not. A second Prometheus job that scrapes the same target does it, and two versions of the service at once; end the older one.",
      "`query timed out` or `too many samples`: Prometheus is short of memory or CPU. See the number of series, and what else asks it.",
    ],
  },

  PrometheusReloadFailing: {
    meaning: "Prometheus was told of another configuration or other rules, and does not take them.",
    impact: "It goes on as before, with the old rules and thresholds. Started again, it does not come up.",
    diagnosis: [
      monitorLogCommand("prometheus"),
      {
        tells: "whether the rules are well formed",
        command: () => "promtool check rules alerts/generated/*-rules.yml",
      },
    ],
    mitigation: refusedConfiguration,
  },

  AlertmanagerReloadFailing: {
    meaning: "Alertmanager was told of another configuration, and does not take it.",
    impact:
      "It goes on as before: another channel or another address is not in use. Started again, it does not come up.",
    diagnosis: [
      monitorLogCommand("alertmanager"),
      {
        tells: "whether the routes are well formed",
        command: () => "amtool check-config alerts/generated/alertmanager.yml",
      },
    ],
    mitigation: refusedConfiguration,
  },

  NotificationsFailing: {
    meaning:
      "Alertmanager cannot send by the channel in `integration`. What goes to machines does not count here: `POST /api/alerts` " +
      "and the outside heartbeat are looked after by the [Watchdog](Watchdog.md).",
    impact:
      `That channel tells nobody of anything. The others do. Alertmanager tries again every ${sayTime(notifications.people.critical.intervalSeconds)}, so that nothing is ` +
      "lost when the mend comes soon: what still fires is told then.",
    diagnosis: [
      monitorLogCommand("alertmanager"),
      {
        tells: "what it tried to send, by channel",
        query: promql.increase("alertmanager_notifications_total", rateWindowSeconds, { by: ["integration"] }),
      },
      receivedCommand,
    ],
    mitigation: [
      "401, 403, 404 or `invalid_token`: the secret was withdrawn. Make a new one, set it (`SLACK_WEBHOOK_URL`, `TELEGRAM_BOT_TOKEN`, `DISCORD_WEBHOOK_URL`, `SMTP_URL`) and restart.",
      "`chat not found`: the bot was removed from the chat, or the chat became a supergroup and has a new number. Correct `TELEGRAM_CHAT_ID`.",
      "429: too many messages. A silence for the alert that makes them, and Alertmanager gets through.",
      "`no such host`, timeouts: this machine cannot get out. Name server, proxy, firewall.",
      "Try it: `amtool --alertmanager.url=<address> alert add Try severity=info --annotation=summary=Try` sends a message to all channels.",
    ],
  },

  Watchdog: {
    meaning:
      "This alert always fires, and goes to no person: to `POST /api/alerts`, and to the outside heartbeat in `DEADMAN_URL`. " +
      "You are here because it fell **silent**: the heartbeat's owner has written to you, or " +
      `\`GET ${endpoints.alertList.route}\` says \`alive: false\`, which it does after ${sayTime(limits.watchdogSilentSeconds)}.`,
    impact: `None of the ${alertNames.length - 1} other alerts reaches anybody. The service itself may be well; nobody would know if not.`,
    diagnosis: [
      readyCommand("prometheus"),
      readyCommand("alertmanager"),
      alertsCommand,
      {
        tells: "whether Prometheus evaluates the rule",
        query: promql.series("ALERTS", { alertname: watchdogName, alertstate: "firing" }),
      },
      deliveryToAlertmanager,
      { tells: "alerts that Alertmanager holds", query: promql.level("alertmanager_alerts", { by: ["state"] }) },
      receivedCommand,
      monitorLogCommand("prometheus"),
      monitorLogCommand("alertmanager"),
    ],
    mitigation: [
      "Prometheus or Alertmanager does not answer: start it; where `npm start` runs them, restart gozcu. A full disk stops Prometheus: `df -h`.",
      "Prometheus has the alert and Alertmanager not: compare `alerting` in Prometheus' configuration with the address of Alertmanager.",
      "Alertmanager has it, and its log says 401 for `/api/alerts`: it has another `ALERTS_TOKEN` than the API. Restart both with the same one.",
      "Alertmanager has it, and the heartbeat hears nothing: from this machine to the outside is no way, or `DEADMAN_URL` has changed. See [NotificationsFailing](NotificationsFailing.md).",
      `Until it is mended look by hand: \`GET ${endpoints.health.route}\`.`,
    ],
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
