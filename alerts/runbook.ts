import {
  type Alert,
  type AlertName,
  alertNames,
  alerts,
  alertsNamed,
  narrowSymptoms,
} from "../app/catalogue/alerts.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import type * as promql from "../app/telemetry/promql.ts";
import { type Links, renderAlertRules, renderPanelLink } from "./alert-rules.ts";
import { causes } from "./causes.ts";
import { renderPreparation } from "./runbooks/commands.ts";
import { readDiagnosis } from "./runbooks/diagnosis.ts";
import type { Place } from "./runbooks/place.ts";
import type { Command, Query } from "./runbooks/runbook.ts";
import { runbooks } from "./runbooks/runbooks.ts";
import { type AlertSummary, summariseAlert } from "./runbooks/summary.ts";
import { sayTime } from "./runbooks/words.ts";
import { sloPeriodSeconds } from "./slo-recordings.ts";

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
const linked = (names: Iterable<string>) => [...names].map((name) => `[${name}](${name}.md)`).join(", ");

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Prometheus' page that shows a query as a graph. */
function renderGraphLink(query: promql.Promql, { prometheus }: Links): string {
  return `${prometheus}/graph?${new URLSearchParams({ "g0.expr": query.text, "g0.tab": "0", "g0.range_input": "1h" })}`;
}

function renderRates(declarations: readonly Alert[]): string {
  const rows = declarations.flatMap(({ severity, forSeconds, budgetSeconds, burn }) => {
    if (burn === undefined) return [];
    const { factor, longSeconds, shortSeconds } = burn.rate;
    const [long, short] = [renderDuration(longSeconds), renderDuration(shortSeconds)];
    const whole = sayTime(Math.floor(sloPeriodSeconds / factor));
    return [[String(factor), whole, long, short, renderDuration(forSeconds), severity, sayTime(budgetSeconds)]];
  });
  return renderTable(
    ["times the pace", "uses up the whole budget in", "over", "and over", "for", "severity", "told within"],
    rows,
  );
}

/** What has no severity tells no person: a page of it is read when it is missed. */
function sayFiring({ severity, fires, held, budget }: AlertSummary): string {
  const lasting = held === "0s" ? "" : `, for ${held}`;
  return severity === "none"
    ? `It fires ${fires}${lasting}, and its severity is **none**: no person gets a message of it. It is heard of ${budget} after the start at the latest.`
    : `**${severity}** when ${fires}${lasting}. From the fault to the message it takes ${budget} at most.`;
}

function renderFiring(declarations: readonly Alert[], links: Links): readonly string[] {
  const head = declarations.some(({ burn }) => burn !== undefined)
    ? [renderRates(declarations)]
    : declarations.map(summariseAlert).map(sayFiring);
  const rules = declarations.flatMap((declaration) => renderAlertRules(declaration, links));
  return [...head, ...rules.map(({ expr }) => fenced("promql", expr.text))];
}

/** A narrow cause or symptom: the alert, with the labels that tell which of its instances are meant. */
function renderPart({
  alertname,
  ...labels
}: Readonly<Record<string, string>> & { readonly alertname: AlertName }): string {
  return [linked([alertname]), ...Object.entries(labels).map(([label, value]) => `\`${label}="${value}"\``)].join(" ");
}

/** Who silences whom. */
function renderInhibition(name: AlertName): readonly string[] {
  const symptoms = alertNames.filter((other) => causes.get(other)?.has(name));
  const own = causes.get(name) ?? new Set();
  const narrow = narrowSymptoms.filter(({ cause, symptom }) => cause.alertname === name || symptom.alertname === name);
  return [
    ...(symptoms.length === 0 ? [] : [`While it fires it silences ${linked(symptoms)}.`]),
    ...(own.size === 0 ? [] : [`It is silenced by ${linked(own)}.`]),
    ...narrow.map(({ cause, symptom }) => `While ${renderPart(cause)} fires, ${renderPart(symptom)} is silent.`),
  ];
}

function renderStep(step: Query | Command, place: Place): string {
  const lead = step.tells.slice(0, 1).toUpperCase() + step.tells.slice(1);
  return "query" in step
    ? `${lead} ([graph](${renderGraphLink(step.query, place)})):\n\n${fenced("promql", step.query.text)}`
    : `${lead}:\n\n${fenced("sh", step.command(place))}`;
}

/** The page of an alert, in Markdown. Other pages are linked as `Other.md` beside it. */
export function renderRunbook(name: AlertName, place: Place): string {
  const { meaning, impact, mitigation } = runbooks[name];
  const declarations = alertsNamed(name);
  const [alert] = declarations;
  if (alert === undefined) throw new Error(`the alert ${name} has no declaration`);
  const summary = alert.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`");
  const silence = `npm run silence -- --for 2h --alert ${name} --reason "…"`;
  const parts = [
    `# ${name}`,
    `${summary}. [Dashboard](${renderPanelLink(alert.panel, place)})`,
    "## Fires when",
    ...renderFiring(declarations, place),
    ...renderInhibition(name),
    "## Meaning",
    meaning,
    "## Impact",
    impact,
    "## Diagnosis",
    "Commands are for a shell of their own in the folder that gozcu runs in, [prepared like this](README.md).",
    ...readDiagnosis(name).map((step) => renderStep(step, place)),
    "## Mitigation",
    mitigation.map((step, i) => `${i + 1}. ${step}`).join("\n"),
    ...(alert.severity === "none" ? [] : [`To work on it in peace:\n\n${fenced("sh", silence)}`]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The page that lists the others: the file's name without its ending, as that of an alert's page is. */
export const indexName = "README";

export function renderRunbookIndex(place: Place): string {
  const rows = alerts
    .map(summariseAlert)
    .map(({ name, severity, fires, budget }) => [linked([name]), severity, fires, budget]);
  return `# Runbooks

A page for each alert. The budget is the longest time from the fault to the message.

${renderTable(["alert", "severity", "fires when", "budget"], rows)}

## Before you begin

The commands are for the folder that gozcu runs in, on its machine, and take its settings from the environment. Open a
shell of its own for them, and set those that gozcu was started with. Never start gozcu in that shell: it would take the
embedded database for one of somebody else's, at the address of before. With the embedded database, which is there without
\`DATABASE_URL\`, and with ComfyUI beside it:

${fenced("sh", renderPreparation(place))}

The embedded database comes without \`psql\` (Debian: \`apt-get install postgresql-client\`). With \`API_KEYS\` of your own,
put one of them where a command reads the file \`api-key\`. Without \`COMFYUI_URL\` the service draws with its demo
renderer, and there is no ComfyUI to look after.
`;
}

/** The pages by file name, and `README.md`, which lists them. */
export function renderRunbookFiles(place: Place): Readonly<Record<string, string>> {
  return {
    [`${indexName}.md`]: renderRunbookIndex(place),
    ...Object.fromEntries(alertNames.map((name) => [`${name}.md`, renderRunbook(name, place)])),
  };
}
