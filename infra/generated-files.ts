import { renderAlertmanagerConfig } from "../alerts/alertmanager-config.ts";
import { exampleChannels } from "../alerts/channels.ts";
import { renderRuleFiles } from "../alerts/rule-files.ts";
import { renderRuleTests } from "../alerts/rule-tests.ts";
import { renderRunbookFiles } from "../alerts/runbook.ts";
import { defaultPlace } from "../alerts/runbooks/place.ts";
import { renderTemplates } from "../alerts/templates.ts";
import { links } from "../app/catalogue/links.ts";
import { settings } from "../app/settings.ts";
import { renderDashboardFiles } from "../dashboards/files.ts";
import { renderGrafanaProvisioning } from "../dashboards/provisioning.ts";
import { documents, renderDocument, renderEnvExample } from "./documents.ts";
import { renderDockerignore } from "./engines/docker/app-image.ts";
import { renderPrometheusConfig } from "./prometheus-config.ts";
import { renderStackExample } from "./stack/example.ts";

/** A generated file's text, as a function of what stands in it now: most do not look. */
type Render = (current: string) => string;

/** Folders that hold generated files and nothing else. */
export const generatedFolders = ["alerts/generated", "dashboards/generated"] as const;

const banner = "# Made by `npm run generate` from app/catalogue; edits here are overwritten.\n";
const local = (port: "PORT" | "OTEL_EXPORTER_PROMETHEUS_PORT" | "PROMETHEUS_PORT" | "ALERTMANAGER_PORT") =>
  `127.0.0.1:${settings[port].default}`;

/** Prometheus for `npm start` at its default ports. */
function renderLocalPrometheus(): string {
  return renderPrometheusConfig({
    targets: [
      { job: "dashboard", address: local("PORT"), role: "all" },
      { job: "gozcu-otel", address: local("OTEL_EXPORTER_PROMETHEUS_PORT"), role: "all" },
      { job: "prometheus", address: local("PROMETHEUS_PORT"), role: "stack" },
      { job: "alertmanager", address: local("ALERTMANAGER_PORT"), role: "stack" },
    ],
    ruleFiles: ["alerts/generated/recording-rules.yml", "alerts/generated/alerting-rules.yml"],
    alertmanager: local("ALERTMANAGER_PORT"),
  });
}

/** Alertmanager with all four channels on, and placeholders where a start puts the secrets. */
function renderExampleAlertmanager(): Readonly<Record<string, string>> {
  const { config } = renderAlertmanagerConfig({
    channels: exampleChannels,
    product: { urls: [`${links.service}/api/alerts`], tokenFile: "alerts-token" },
    deadmanUrl: "https://heartbeat.example/set-at-start",
    templateFile: "gozcu.tmpl",
    secretFolder: ".",
  });
  return { "alertmanager.yml": config };
}

function within(folder: string, files: Readonly<Record<string, string>>, head = ""): Record<string, Render> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, () => head + text]));
}

/** Every generated file by its path from the root. */
export function renderGeneratedFiles(): Readonly<Record<string, Render>> {
  return {
    ...Object.fromEntries(documents.map((file) => [file, (text: string) => renderDocument(file, text)])),
    ".env.example": renderEnvExample,
    ".dockerignore": renderDockerignore,
    "gozcu.example.yml": renderStackExample,
    "prometheus.yml": () => banner + renderLocalPrometheus(),
    ...within("dashboards/generated", renderDashboardFiles()),
    ...within("dashboards/generated/provisioning", renderGrafanaProvisioning({ urls: links }), banner),
    ...within("alerts/generated/runbooks", renderRunbookFiles(defaultPlace)),
    ...within("alerts/generated/tests", renderRuleTests(links), banner),
    ...within("alerts/generated", { "gozcu.tmpl": renderTemplates() }),
    ...within("alerts/generated", { ...renderRuleFiles(links), ...renderExampleAlertmanager() }, banner),
  };
}
