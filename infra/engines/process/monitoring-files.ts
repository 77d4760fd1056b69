import type { Links } from "../../../alerts/alert-rules.ts";
import { renderAlertmanagerConfig } from "../../../alerts/alertmanager-config.ts";
import { renderRuleFiles } from "../../../alerts/rule-files.ts";
import { chooseAlertmanagerVersion } from "../../../alerts/secret-files.ts";
import { renderTemplates } from "../../../alerts/templates.ts";
import { links as defaultLinks } from "../../../app/catalogue/links.ts";
import type { Config } from "../../../app/config.ts";
import type { Service } from "../../../app/service.ts";
import { renderPrometheusConfig, type ScrapeTarget } from "../../prometheus-config.ts";
import { readChannels } from "./channels.ts";
import type { MonitorAddresses, MonitorRenderers } from "./monitors.ts";

const templateFile = "gozcu.tmpl";
const tokenFile = "alerts-token";

const hostOf = (url: string) => new URL(url).host;

/** The files that Prometheus and Alertmanager are started with for a service that runs. They hold its secrets. */
export function createMonitorFiles(
  config: Config,
  service: Pick<Service, "url" | "metricsUrl" | "alertsToken">,
): MonitorRenderers {
  const role = config.ROLE;
  const otel = service.metricsUrl === undefined ? [] : [{ address: hostOf(service.metricsUrl), role }];
  const workers = config.WORKER_METRICS.map((address) => ({ address, role: "worker" as const }));

  /** What does not run is no target: it would be one that is down for ever. */
  const stack = (job: "prometheus" | "alertmanager", address: string | undefined): ScrapeTarget[] =>
    address === undefined ? [] : [{ job, address, role: "stack" }];
  const targets = (at: MonitorAddresses): readonly ScrapeTarget[] => [
    { job: "dashboard", address: hostOf(service.url), role },
    ...[...otel, ...workers].map((each) => ({ job: "gozcu-otel" as const, ...each })),
    ...stack("prometheus", at.prometheus),
    ...stack("alertmanager", at.alertmanager),
  ];
  const links = (at: MonitorAddresses): Links => ({
    ...defaultLinks,
    service: config.PUBLIC_URL ?? service.url,
    grafana: config.GRAFANA_URL,
    ...(at.prometheus !== undefined && { prometheus: `http://${at.prometheus}` }),
    ...(at.alertmanager !== undefined && { alertmanager: `http://${at.alertmanager}` }),
  });
  const channels = readChannels(config);
  const { slack, telegram, discord, email } = channels;
  const secrets = [slack?.url, telegram?.token, discord?.url, email?.password, config.DEADMAN_URL, service.alertsToken];
  return {
    secrets: secrets.filter((secret) => secret !== undefined),
    prometheus(at) {
      const rules = renderRuleFiles(links(at));
      const { OTEL_SERVICE_NAME: serviceName } = config;
      const options = {
        targets: targets(at),
        ruleFiles: Object.keys(rules),
        alertmanager: at.alertmanager,
        serviceName,
      };
      return { ...rules, "prometheus.yml": renderPrometheusConfig(options) };
    },
    alertmanager(_at, version) {
      const { config: text, secretFiles } = renderAlertmanagerConfig({
        channels,
        version: chooseAlertmanagerVersion(version),
        product: { urls: [`${service.url}/api/alerts`], tokenFile },
        ...(config.DEADMAN_URL !== undefined && { deadmanUrl: config.DEADMAN_URL }),
        templateFile,
        secretFolder: ".",
      });
      return {
        "alertmanager.yml": text,
        [templateFile]: renderTemplates(),
        [tokenFile]: service.alertsToken ?? "",
        ...secretFiles,
      };
    },
  };
}
