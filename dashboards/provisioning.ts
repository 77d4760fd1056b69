import { stringify } from "yaml";
import { rateWindowSeconds, scrapes } from "../app/catalogue/scrape.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import { type DatasourceName, datasources } from "./datasources.ts";

export interface ProvisioningOptions {
  /** Where Grafana reaches each data source. */
  readonly urls: Readonly<Record<DatasourceName, string>>;
  /** How those let Grafana in that ask for a password; the password is in a file that Grafana reads. */
  readonly credentials?: {
    readonly [Name in DatasourceName]?: { readonly username: string; readonly passwordFile: string } | undefined;
  };
  /** Where Grafana finds the files of `renderDashboardFiles`. */
  readonly dashboardFolder?: string;
}

/** What a span leads to in Prometheus: the numbers of its time. */
const metricsOfTrace = [
  {
    name: "Response time (p95) by route",
    query: promql.quantile(0.95, "http.server.request.duration", rateWindowSeconds, { by: ["http.route"] }).text,
  },
  {
    name: "Processing time (p99) by type of job",
    query: promql.quantile(0.99, "job_processing_time", rateWindowSeconds, { by: ["job_type"] }).text,
  },
];

/** What each data source is set to; how Grafana spells it is its own. */
const settings: Readonly<Record<DatasourceName, object>> = {
  prometheus: {
    httpMethod: "POST",
    // Grafana never asks for finer steps than the seldomest scrape gives.
    timeInterval: renderDuration(Math.max(...Object.values(scrapes).map(({ intervalSeconds }) => intervalSeconds))),
    alertmanagerUid: datasources.alertmanager.uid,
  },
  alertmanager: { implementation: "prometheus" },
  jaeger: {
    tracesToMetrics: {
      datasourceUid: datasources.prometheus.uid,
      spanStartTimeShift: `-${renderDuration(rateWindowSeconds)}`,
      spanEndTimeShift: renderDuration(rateWindowSeconds),
      queries: metricsOfTrace,
    },
    nodeGraph: { enabled: true },
  },
};

const titles: Readonly<Record<DatasourceName, string>> = {
  prometheus: "Prometheus",
  alertmanager: "Alertmanager",
  jaeger: "Jaeger",
};

/** `$__file{…}` is Grafana's own way to read a secret. */
function renderBasicAuth(credentials: { readonly username: string; readonly passwordFile: string } | undefined) {
  if (credentials === undefined) return {};
  const { username, passwordFile } = credentials;
  return {
    basicAuth: true,
    basicAuthUser: username,
    secureJsonData: { basicAuthPassword: `$__file{${passwordFile}}` },
  };
}

function renderDatasources({ urls, credentials = {} }: ProvisioningOptions): string {
  const names = Object.keys(datasources) as readonly DatasourceName[];
  return stringify(
    {
      apiVersion: 1,
      datasources: names.map((name) => ({
        name: titles[name],
        ...datasources[name],
        access: "proxy",
        url: urls[name],
        ...renderBasicAuth(credentials[name]),
        isDefault: name === "prometheus",
        editable: false,
        jsonData: settings[name],
      })),
    },
    { lineWidth: 0 },
  );
}

function renderProvider(path: string): string {
  return stringify({
    apiVersion: 1,
    providers: [
      {
        name: "gozcu",
        folder: "Gözcü",
        folderUid: "gozcu",
        type: "file",
        allowUiUpdates: false,
        disableDeletion: true,
        options: { path },
      },
    ],
  });
}

/** Grafana's provisioning as YAML, by path below its provisioning folder. */
export function renderGrafanaProvisioning(
  options: ProvisioningOptions,
): Readonly<Record<"datasources/gozcu.yml" | "dashboards/gozcu.yml", string>> {
  const { dashboardFolder = "/etc/grafana/dashboards" } = options;
  return {
    "datasources/gozcu.yml": renderDatasources(options),
    "dashboards/gozcu.yml": renderProvider(dashboardFolder),
  };
}
