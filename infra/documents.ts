import { posix } from "node:path";
import { renderAlertGroup } from "../alerts/alert-rules.ts";
import { runbookQueries } from "../alerts/runbooks/diagnosis.ts";
import { summariseAlert } from "../alerts/runbooks/summary.ts";
import { sayShare } from "../alerts/runbooks/words.ts";
import { burnRecordings } from "../alerts/slo-recordings.ts";
import { alerts } from "../app/catalogue/alerts.ts";
import { endpointNames, endpoints } from "../app/catalogue/endpoints.ts";
import { links } from "../app/catalogue/links.ts";
import { type MetricName, metrics, promName } from "../app/catalogue/metrics.ts";
import type { SignalName } from "../app/catalogue/signals.ts";
import { sloNames, sloPeriodDays, slos } from "../app/catalogue/slos.ts";
import { pageRouteNames, pageRoutes } from "../app/catalogue/status-page.ts";
import { isValue, type SettingRow } from "../app/setting-row.ts";
import { type SettingName, settings } from "../app/settings.ts";
import { panelQueries } from "../dashboards/files.ts";
import { renderArchitecture } from "./architecture.ts";
import { commands } from "./cli/commands.ts";
import { exits } from "./cli/exit-codes.ts";
import { programs } from "./cli/programs.ts";
import { stackPaths, stackSettings } from "./stack/settings.ts";
import { readStack } from "./stack/stack.ts";
import { images } from "./topology/images.ts";
import { createTopology, type Topology } from "./topology.ts";

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string) => `\`${text}\``;

const settingNames = Object.keys(settings) as readonly SettingName[];

function renderSettingRows<N extends string>(names: readonly N[], rows: Readonly<Record<N, SettingRow>>): string {
  return renderTable(
    ["setting", "default", "meaning"],
    names.map((name) => {
      const row = rows[name];
      return [code(name), isValue(row.default) ? code(row.default) : row.default, row.meaning];
    }),
  );
}

function renderBudget({ budgetSeconds }: { readonly budgetSeconds: number }): string {
  return `${budgetSeconds * 1_000} ms`;
}

function renderRoutes(): string {
  const auth = { none: "", apiKey: "`X-API-Key`", sessionToken: "session token", alertsToken: "alerts token" };
  return renderTable(
    ["route", "key", "p95 budget", "what it does"],
    [
      ...endpointNames.map((name) => {
        const { method, route, summary } = endpoints[name];
        return [code(`${method} ${route}`), auth[endpoints[name].auth], renderBudget(endpoints[name]), summary];
      }),
      ...pageRouteNames.map((name) => {
        const row = pageRoutes[name];
        return [
          code(`${row.method} ${row.route}`),
          "login" in row ? "login" : "",
          "budgetSeconds" in row ? renderBudget(row) : "stays open",
          row.summary,
        ];
      }),
    ],
  );
}

type Uses = Readonly<Record<string, ReadonlySet<SignalName>>>;

/** Who asks for which metrics. */
function readUses(): Uses {
  const rules = [renderAlertGroup(links), ...burnRecordings].flatMap((group) => group.rules.map(({ expr }) => expr));
  const readBy = (queries: readonly { readonly reads: readonly SignalName[] }[]) =>
    new Set(queries.flatMap(({ reads }) => reads));
  return { alert: readBy(rules), panel: readBy(panelQueries()), runbook: readBy(runbookQueries()) };
}

function renderUses(name: MetricName, uses: Uses): string {
  const users = Object.keys(uses).filter((user) => uses[user]?.has(name));
  return users.length === 0 ? "reference" : users.join(", ");
}

function renderMetrics(): string {
  const names = Object.keys(metrics) as readonly MetricName[];
  const uses = readUses();
  return renderTable(
    ["metric", "kind", "unit", "labels", "what it tells", "used in"],
    names.map((name) => {
      const { kind, unit, labels, help } = metrics[name];
      const labelNames = Object.keys(labels).map((label) => code(label.replaceAll(".", "_")));
      return [code(promName(name)), kind, unit, labelNames.join(" "), help, renderUses(name, uses)];
    }),
  );
}

/** `folder` is the document's own, from the root. */
function renderAlerts(folder: string): string {
  const linkAlert = (name: string) => `[${name}](${posix.relative(folder, `alerts/generated/runbooks/${name}.md`)})`;
  return renderTable(
    ["alert", "severity", "fires when", "for", "detection budget", "silenced by"],
    alerts
      .map(summariseAlert)
      .map(({ name, severity, fires, held, budget, causes }) => [
        linkAlert(name),
        severity,
        fires,
        held,
        budget,
        causes.map(linkAlert).join(", "),
      ]),
  );
}

function renderSlos(): string {
  return renderTable(
    ["objective", "target", "window", "what counts"],
    sloNames.map((name) => {
      const { help, errorBudget } = slos[name];
      return [code(name), sayShare(1 - errorBudget), `${sloPeriodDays} days`, help];
    }),
  );
}

/** With everything that can be deployed. */
function createWholeStack(): Topology {
  return createTopology(readStack({ text: "domain: gozcu.example.com", file: "", env: {} }).topology);
}

function renderServices(): string {
  return renderTable(
    ["service", "what it is", "image", "starts after", "networks", "capabilities", "memory"],
    createWholeStack().map(({ name, help, image, needs, networks, capabilities = [], memoryMb }) => [
      code(name),
      help,
      image === "app" ? "built here" : code(images[image].reference),
      needs.join(", "),
      networks.join(", "),
      capabilities.join(", "),
      `${memoryMb} MiB`,
    ]),
  );
}

/** The options of each stand in its `--help`, which is made from the same rows. */
function renderCommands(): string {
  const own = commands.map(({ synopsis, summary }) => [synopsis, summary] as const);
  const handed = Object.entries(programs).map(([name, { summary }]) => [`${name} …`, summary] as const);
  return renderTable(
    ["command", "what it does"],
    [...own, ...handed].map(([synopsis, summary]) => [code(`npx gozcu ${synopsis}`), summary]),
  );
}

function renderExits(): string {
  return renderTable(
    ["exit code", "meaning"],
    Object.values(exits).map((exit) => [String(exit.code), exit.meaning]),
  );
}

const sections = {
  settings: () => renderSettingRows(settingNames, settings),
  routes: renderRoutes,
  metrics: renderMetrics,
  alerts: renderAlerts,
  slos: renderSlos,
  architecture: () => renderArchitecture(createWholeStack()),
  services: renderServices,
  stack: () => renderSettingRows(stackPaths, stackSettings),
  commands: renderCommands,
  exits: renderExits,
} as const satisfies Record<string, (folder: string) => string>;

/** The documents that have generated sections, by their path from the root. */
export const documents = [
  "README.md",
  "alerts/README.md",
  "app/README.md",
  "app/catalogue/README.md",
  "infra/README.md",
  "infra/cli/README.md",
] as const;

/** Replaces what stands between `<!-- generated: name -->` and `<!-- end -->` in the document `file`. */
export function renderDocument(file: string, text: string): string {
  return text.replaceAll(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      if (!Object.hasOwn(sections, name))
        throw new Error(`${file} asks for the section ${name}; there are ${Object.keys(sections).join(", ")}`);
      return `${begin}${sections[name as keyof typeof sections](posix.dirname(file))}\n${end}`;
    },
  );
}

/** `.env.example`: every setting with its meaning, commented out. */
export function renderEnvExample(): string {
  const entries = settingNames.map((name) => {
    const row = settings[name];
    const secret = "secret" in row ? " Secret." : "";
    const value = isValue(row.default) ? row.default : "";
    return `# ${row.meaning.replaceAll("`", "")}.${secret} Default: ${row.default.replaceAll("`", "")}.\n#${name}=${value}\n`;
  });
  return `# Every setting of Gözcü; each can also be given as NAME_FILE, the path of a file that holds the value.\n\n${entries.join("\n")}`;
}
