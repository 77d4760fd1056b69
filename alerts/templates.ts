import { type ChannelName, channelNames } from "../app/catalogue/notifications.ts";
import { type Dialect, dialects } from "./dialects.ts";

/**
 * Characters after which a text is cut. They hold for the escaped text: a message that is too long is refused by
 * Discord (256 and 4,096) and by Telegram (4,096), and Alertmanager's own cut would break Telegram's markup.
 */
const longest = { title: 210, summary: 120, description: 600, word: 60, labels: 120, address: 300 };

/** Alerts are listed while the list has no more bytes than this; the first always is. */
const longestList = 3_400;

type Replacements = readonly (readonly [pattern: string, replacement: string])[];

/** Regular expressions stand in backquotes, where Go takes a backslash as it is. */
function renderReplacements(replacements: Replacements): string {
  return replacements.map(([pattern, replacement]) => `reReplaceAll \`${pattern}\` \`${replacement}\``).join(" | ");
}

function cut(length: number, { mend }: Dialect): Replacements {
  return [[`(?s)^(.{${length}}).+$`, "$1…"], ...mend];
}

function renderText(length: number, dialect: Dialect): string {
  return renderReplacements([...dialect.escape, ...cut(length, dialect)]);
}

function renderAddress(dialect: Dialect): string {
  const [before, after] = dialect.address;
  const unbroken = [[String.raw`[\s<>"|]`, ""]] as const;
  const address = renderReplacements([...unbroken, ...dialect.escapeAddress, ...cut(longest.address, dialect)]);
  return `${address} | printf \`${before}%s${after}\``;
}

/** What is told of an alert: how the line begins, its value, and how that is written. Without a value there is no line. */
function renderLines(dialect: Dialect): readonly (readonly [begin: string, value: string, written: string])[] {
  const text = (length: number) => renderText(length, dialect);
  return [
    ["", ".Annotations.description", text(longest.description)],
    ["Value: ", ".Annotations.value", text(longest.word)],
    ["Threshold: ", ".Annotations.threshold", text(longest.word)],
    ["Severity: ", ".Labels.severity", text(longest.word)],
    ["Since: ", "$since", "print"],
    ["Labels:", "$labels", text(longest.labels)],
    ["Runbook: ", ".Annotations.runbook_url", renderAddress(dialect)],
    ["Dashboard: ", ".Annotations.dashboard_url", renderAddress(dialect)],
  ];
}

/** Times are UTC, whatever the zone of the machine. */
const time = "UTC.Format `2006-01-02 15:04:05 UTC`";

/** `$title`: the state, the alert's name, and the summary where all alerts have the same. */
function renderTitle(dialect: Dialect): string {
  return `
{{- $state := "" }}
{{- with .Alerts.Firing }}{{ $state = printf "FIRING %d" (len .) }}{{ end }}
{{- with .Alerts.Resolved }}{{ if $state }}{{ $state = printf "%s, " $state }}{{ end }}{{ $state = printf "%sRESOLVED %d" $state (len .) }}{{ end }}
{{- if eq (len .Alerts) 1 }}{{ $state = .Status | toUpper }}{{ end }}
{{- $what := .CommonLabels.alertname }}
{{- with .CommonAnnotations.summary }}{{ $what = printf "%s: %s" $what . | reReplaceAll \`\\s+\` \` \` }}{{ end }}
{{- $title := printf "[%s] %s" $state ($what | ${renderText(longest.title, dialect)}) }}`;
}

/** `$list`: the firing alerts, then the resolved ones, as there is room; `$hidden`: whether there was too little. */
function renderList(dialect: Dialect): string {
  const lines = renderLines(dialect).map(
    ([begin, value, written]) =>
      `{{- with ${value} }}{{ $alert = printf "%s${begin}%s\\n" $alert (. | ${written}) }}{{ end }}`,
  );
  return `
{{- $list := "" }}{{ $hidden := false }}
{{- range $status := stringSlice "firing" "resolved" }}{{ range $.Alerts }}{{ if eq .Status $status }}
{{- $since := .StartsAt.${time} }}
{{- if eq .Status "resolved" }}{{ $since = printf "%s, resolved %s after %s" $since (.EndsAt.${time}) ((.EndsAt.Sub .StartsAt).Round 1000000000) }}{{ end }}
{{- $labels := "" }}{{ range (.Labels.Remove (stringSlice "alertname" "severity")).SortedPairs }}{{ $labels = printf "%s %s=%s" $labels .Name .Value }}{{ end }}
{{- $alert := "" }}
{{- if gt (len $.Alerts) 1 }}{{ $alert = printf "%s: %s\\n" (.Status | toUpper) (.Annotations.summary | ${renderText(longest.summary, dialect)}) }}{{ end }}
${lines.join("\n")}
{{- $longer := printf "%s\\n%s" $list $alert }}
{{- if not $list }}{{ $list = $alert }}{{ else if le (len $longer) ${longestList} }}{{ $list = $longer }}{{ else }}{{ $hidden = true }}{{ end }}
{{- end }}{{ end }}{{ end }}`;
}

/** What stands in `value` is escaped already; Go's HTML templates would do it again. */
const output = (value: string) => `{{ ${value} | safeHtml }}`;

function renderChannel(name: ChannelName): string {
  const dialect = dialects[name];
  const [before, after] = dialect.heading ?? [];
  const heading = before === undefined ? "" : `${before}{{ template "gozcu.${name}.title" . }}${after}\n\n`;
  const [link, linkEnd] = dialect.address;
  return `{{ define "gozcu.${name}.title" }}${renderTitle(dialect)}${output("$title")}{{ end }}

{{ define "gozcu.${name}.body" }}${renderList(dialect)}${heading}${output("$list")}{{ if $hidden }}
{{ len .Alerts }} alerts in all; those not listed: ${link}{{ .ExternalURL }}/#/alerts${linkEnd}
{{ end }}{{ end }}
`;
}

/**
 * The templates of Alertmanager's messages: for each channel `gozcu.<channel>.title` and `gozcu.<channel>.body`, of the
 * same content. They use only what Alertmanager 0.25 knows.
 */
export function renderTemplates(): string {
  return channelNames.map(renderChannel).join("\n");
}
