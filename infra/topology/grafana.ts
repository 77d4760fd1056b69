import { renderDashboardFiles } from "../../dashboards/files.ts";
import { renderGrafanaProvisioning } from "../../dashboards/provisioning.ts";
import { credentialFiles, credentialsFor, type Guards } from "./guard.ts";
import { publish } from "./publish.ts";
import { markSecret } from "./secret.ts";
import { defineService } from "./service.ts";
import type { TopologySettings } from "./settings.ts";

/** Data sources that come with Grafana and that nobody here asks. */
const unusedPlugins = [
  "cloudwatch",
  "elasticsearch",
  "grafana-azure-monitor-datasource",
  "grafana-postgresql-datasource",
  "graphite",
  "influxdb",
  "loki",
  "mssql",
  "mysql",
  "opentsdb",
  "parca",
  "stackdriver",
  "tempo",
  "zipkin",
] as const;

/** Who may change everything. */
export const grafanaUser = "admin";

/** The path below the domain. */
export const grafanaPath = "/grafana";

const below = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

/** The dashboards, for people who log in. */
export function defineGrafana(
  settings: Pick<TopologySettings, "links" | "publish" | "memoryMb" | "domain"> & { readonly guards: Guards },
) {
  const { links, publish: published, memoryMb, domain, guards } = settings;
  return defineService({
    name: "grafana",
    help: "Grafana: the dashboards",
    image: "grafana",
    needs: ["prometheus", "alertmanager", "jaeger"],
    // Published or behind Caddy, it is what people look at.
    networks: ["front", "back"],
    publish: publish("http", published.grafana),
    memoryMb: memoryMb.grafana,
    rereads: "by itself",
    readySeconds: 180,
    run(at, place) {
      const { files, secrets } = place;
      const { host, port } = place.listen("http");
      const provisioning = renderGrafanaProvisioning({
        urls: {
          prometheus: `http://${at.one("prometheus", "http")}`,
          alertmanager: `http://${at.one("alertmanager", "http")}`,
          jaeger: `http://${at.one("jaeger", "ui")}`,
        },
        credentials: {
          prometheus: credentialsFor("prometheus", guards, secrets),
          alertmanager: credentialsFor("alertmanager", guards, secrets),
        },
        dashboardFolder: `${files}/dashboards`,
      });
      const path = domain === undefined ? "" : grafanaPath;
      return {
        args: [],
        env: {
          GF_SERVER_HTTP_ADDR: host,
          GF_SERVER_HTTP_PORT: String(port),
          GF_SERVER_ROOT_URL: links.grafana,
          ...(domain !== undefined && { GF_SERVER_SERVE_FROM_SUB_PATH: "true", GF_SECURITY_COOKIE_SECURE: "true" }),
          GF_PATHS_PROVISIONING: `${files}/provisioning`,
          GF_SECURITY_ADMIN_USER: grafanaUser,
          GF_SECURITY_ADMIN_PASSWORD__FILE: `${secrets}/password`,
          GF_SECURITY_SECRET_KEY__FILE: `${secrets}/secret-key`,
          GF_AUTH_ANONYMOUS_ENABLED: "false",
          GF_USERS_ALLOW_SIGN_UP: "false",
          GF_LOG_MODE: "console",
          GF_LOG_CONSOLE_FORMAT: "json",
          // Nobody collects its metrics, which it would show without a password.
          GF_METRICS_ENABLED: "false",
          // It asks nobody outside for anything.
          GF_ANALYTICS_REPORTING_ENABLED: "false",
          GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
          GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
          GF_NEWS_NEWS_FEED_ENABLED: "false",
          // On a read-only file system an update would stop a data source and not start it again.
          GF_PLUGINS_PREINSTALL_DISABLED: "true",
          GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false",
          // Each of these is a process of its own.
          GF_PLUGINS_DISABLE_PLUGINS: unusedPlugins.join(","),
          GF_SECURITY_DISABLE_GRAVATAR: "true",
        },
        files: below("provisioning", provisioning),
        liveFiles: below("dashboards", renderDashboardFiles()),
        secretFiles: {
          password: markSecret("grafana-password"),
          "secret-key": markSecret("grafana-secret-key"),
          ...((guards.prometheus || guards.alertmanager) && credentialFiles),
        },
        health: { url: `http://${place.self("http")}${path}/api/health` },
      };
    },
  });
}
