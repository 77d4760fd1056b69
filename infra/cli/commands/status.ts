import { formatDuration } from "../../../app/api/human.ts";
import { jobStatuses } from "../../../app/catalogue/names.ts";
import type { Answer, Asked } from "../client.ts";
import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { statusTones } from "../job-view.ts";
import type { Paint } from "../paint.ts";
import { printable } from "../printable.ts";
import { formatSince } from "../relative-time.ts";
import { type Cell, renderTable } from "../table.ts";
import type { World } from "../world.ts";
import { describeWatchdog } from "./alerts.ts";

type Health = Answer<"health">;
type Telemetry = Answer<"telemetryRead">;
type Alerts = Answer<"alertList">;

function renderServices({ services }: Health, now: Date, paint: Paint): readonly string[] {
  const rows = Object.entries(services).map(([name, { status, since, reason, version, demo }]): readonly Cell[] => {
    const up = status === "up";
    const about = [demo ? "the demo renderer" : version, reason].flatMap((text) => (text ? [printable(text)] : []));
    return [
      { text: up ? "✓" : "✗", tone: up ? "good" : "bad" },
      { text: name },
      { text: status, tone: up ? "good" : "bad" },
      { text: `for ${formatSince(since, now)}` },
      { text: about.join(", "), tone: "quiet" },
    ];
  });
  return renderTable(rows, { paint });
}

function renderJobs({ jobs, queue, webhooks }: Telemetry, paint: Paint): readonly string[] {
  const counts = jobStatuses.map((status) => {
    const count = jobs.byStatus[status];
    return `${count} ${count > 0 ? paint(statusTones[status], status) : status}`;
  });
  const { averageProcessingTime, successRate } = jobs.performance;
  const { lastHour, last24Hours, last7Days } = jobs.timeline;
  const oldest = formatDuration(queue.oldestWaitSeconds * 1_000);
  const rates = [
    averageProcessingTime !== null && `${averageProcessingTime} each`,
    successRate !== null && `${successRate} of jobs succeed`,
    webhooks.successRate !== null && `${webhooks.successRate} of webhooks arrive`,
  ].filter((text) => text !== false);
  return [
    `jobs      ${counts.join(", ")}; ${jobs.total} ever`,
    `          ${lastHour} in the last hour, ${last24Hours} in 24 h, ${last7Days} in 7 days`,
    ...(rates.length > 0 ? [`          in the last hour ${rates.join(", ")}`] : []),
    `queue     ${paint(queue.health === "high" ? "warn" : "good", queue.health)}, ${queue.size} waiting${queue.size > 0 ? `, the oldest for ${oldest}` : ""}`,
  ];
}

function renderAlerts({ alerts, watchdog }: Alerts, now: Date, paint: Paint): readonly string[] {
  const names = [...new Set(alerts.map(({ name }) => printable(name)))];
  const firing = names.length === 0 ? "nothing fires" : paint("bad", `${names.join(", ")} (npx gozcu alerts)`);
  return [
    `alerts    ${firing}`,
    `          ${paint(watchdog.alive ? "quiet" : "warn", describeWatchdog(watchdog, now))}`,
  ];
}

/** What everybody may know of the jobs. */
function renderCounts({ statistics: { total, pending, completed } }: Health): readonly string[] {
  return total === null ? [] : [`jobs      ${pending} pending, ${completed} completed; ${total} ever`];
}

/** What only a key opens, or only who has not asked too often; the rest is worth telling without it. */
async function tryAsk<N extends Asked>(name: N, { client, output }: World): Promise<Answer<N> | null> {
  try {
    return await client.ask(name);
  } catch (error) {
    if (!(error instanceof Failure) || !["later", "notSo"].includes(error.exit)) throw error;
    output.say(error.message);
    return null;
  }
}

export const statusCommand = defineCommand({
  synopsis: "status",
  summary: "how the service, its jobs and its alerts are",
  positionals: {},
  options: {},
  examples: [["status --json", "the same for machines"]],
  async run(_, world) {
    const { client, output, json, now } = world;
    const { paint } = output;
    const health = await client.ask("health");
    const healthy = health.status === "healthy";
    if (!json) {
      const why = health.reasons.map(printable).join("; ");
      output.print(
        `${client.url} is ${paint(healthy ? "good" : "bad", health.status)}${why && `: ${why}`}`,
        "",
        ...renderServices(health, now(), paint),
        "",
      );
    }
    const open = await client.hasKey();
    if (!open) output.say("with an API key (--api-key-file, or API_KEY) it tells of jobs and alerts too");
    const telemetry = open ? await tryAsk("telemetryRead", world) : null;
    const alerts = open ? await tryAsk("alertList", world) : null;
    if (json) output.printJson({ url: client.url, health, telemetry, alerts });
    else {
      output.print(...(telemetry ? renderJobs(telemetry, paint) : renderCounts(health)));
      if (alerts) output.print(...renderAlerts(alerts, now(), paint));
    }
    return healthy ? "done" : "notSo";
  },
});
