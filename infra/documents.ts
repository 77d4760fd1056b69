import { type EndpointName, endpointNames, endpoints } from "../app/catalogue/endpoints.ts";
import { type MetricName, metrics, promName } from "../app/catalogue/metrics.ts";
import { type SettingName, settings } from "../app/config.ts";

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string) => `\`${text}\``;

const settingNames = Object.keys(settings) as readonly SettingName[];

/** Whether a default could be typed; else it is a description. */
function isValue(text: string): boolean {
  return /^[\w.:,/-]+$/.test(text) && text !== "off";
}

function renderSettings(): string {
  return renderTable(
    ["setting", "default", "meaning"],
    settingNames.map((name) => {
      const row = settings[name];
      return [code(name), isValue(row.default) ? code(row.default) : row.default, row.meaning];
    }),
  );
}

function renderBudget(name: EndpointName): string {
  return `${endpoints[name].budgetSeconds * 1_000} ms`;
}

function renderRoutes(): string {
  const auth = { none: "", apiKey: "`X-API-Key`", sessionToken: "session token" };
  return renderTable(
    ["route", "key", "p95 budget", "what it does"],
    endpointNames.map((name) => {
      const { method, route, summary } = endpoints[name];
      return [code(`${method} ${route}`), auth[endpoints[name].auth], renderBudget(name), summary];
    }),
  );
}

function renderMetrics(): string {
  const names = Object.keys(metrics) as readonly MetricName[];
  return renderTable(
    ["metric", "kind", "unit", "labels", "what it tells"],
    names.map((name) => {
      const { kind, unit, labels, help } = metrics[name];
      const labelNames = Object.keys(labels).map((label) => code(label.replaceAll(".", "_")));
      return [code(promName(name)), kind, unit, labelNames.join(" "), help];
    }),
  );
}

const sections = { settings: renderSettings, routes: renderRoutes, metrics: renderMetrics } as const;

/** Replaces what stands between `<!-- generated: name -->` and `<!-- end -->` in a document. */
export function renderReadme(text: string): string {
  return text.replaceAll(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      if (!Object.hasOwn(sections, name))
        throw new Error(`README.md asks for the section ${name}; there are ${Object.keys(sections).join(", ")}`);
      return `${begin}${sections[name as keyof typeof sections]()}\n${end}`;
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
