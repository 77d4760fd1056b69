import type { Answer } from "../client.ts";
import { defineCommand } from "../command.ts";
import type { Paint, Tone } from "../paint.ts";
import { printable } from "../printable.ts";
import { formatAgo, formatSince } from "../relative-time.ts";
import { renderTable } from "../table.ts";

type Alerts = Answer<"alertList">;

const severityTones: Readonly<Record<string, Tone>> = { critical: "bad", warning: "warn", info: "busy" };

/** Whether alerting itself is alive: else that nothing fires says nothing. */
export function describeWatchdog({ lastSeenAt, alive }: Alerts["watchdog"], now: Date): string {
  if (alive && lastSeenAt !== null) return `alerting is alive: its Watchdog was heard ${formatAgo(lastSeenAt, now)}`;
  const since = lastSeenAt === null ? "was never heard here" : `was last heard ${formatAgo(lastSeenAt, now)}`;
  return `alerting is NOT alive: its Watchdog ${since}`;
}

function renderAlert(alert: Alerts["alerts"][number], now: Date, paint: Paint): readonly string[] {
  const { name, severity, since, annotations } = alert;
  const tone = severityTones[severity ?? ""] ?? "strong";
  const head = `${paint(tone, printable(severity ?? "unknown"))}  ${paint("strong", printable(name))}  for ${formatSince(since, now)}`;
  const { summary, description, runbook_url: runbook, dashboard_url: dashboard } = annotations;
  const about = [
    ["", summary],
    ["", description],
    ["runbook    ", runbook],
    ["dashboard  ", dashboard],
  ] as const;
  return [head, ...about.flatMap(([label, text]) => (text ? [`  ${label}${printable(text)}`] : []))];
}

function renderRemediations(remediations: Alerts["remediations"], now: Date, paint: Paint): readonly string[] {
  if (remediations === null) return ["", "remediations are not known while the database is away"];
  if (remediations.length === 0) return [];
  const rows = remediations
    .slice(0, 5)
    .map(({ alert, startedAt, outcome, reason }) => [
      { text: formatAgo(startedAt, now) },
      { text: printable(alert) },
      { text: outcome ?? "running", tone: outcome === "failed" ? "bad" : outcome === null ? "busy" : "good" } as const,
      { text: printable(reason ?? "") },
    ]);
  return ["", "remediations", ...renderTable(rows, { paint }).map((line) => `  ${line}`)];
}

/** Whether nothing fires, and that can be believed. */
function isQuiet({ alerts, watchdog }: Alerts): boolean {
  return alerts.length === 0 && watchdog.alive;
}

export const alertsCommand = defineCommand({
  synopsis: "alerts",
  summary: "what fires, since when, and what to do about it",
  positionals: {},
  options: {
    fail: {
      type: "boolean",

      describe: "end with 1 when an alert fires, or when alerting itself is not alive",
    },
  },
  examples: [["alerts --fail && echo quiet", "for scripts"]],
  async run({ fail }, { client, output, json, now }) {
    const answer = await client.ask("alertList");
    const { paint } = output;
    if (json) output.printJson(answer);
    else {
      const firing = answer.alerts.flatMap((alert) => renderAlert(alert, now(), paint));
      output.print(...(firing.length > 0 ? [...firing, ""] : ["nothing fires"]));
      output.print(paint(answer.watchdog.alive ? "good" : "warn", describeWatchdog(answer.watchdog, now())));
      output.print(...renderRemediations(answer.remediations, now(), paint));
    }
    return fail && !isQuiet(answer) ? "notSo" : "done";
  },
});
