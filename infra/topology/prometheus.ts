import type { Links } from "../../alerts/alert-rules.ts";
import { renderRuleFiles } from "../../alerts/rule-files.ts";
import { monitoring } from "../../app/catalogue/monitoring.ts";
import { renderDuration } from "../../app/telemetry/duration.ts";
import { renderPrometheusConfig, type ScrapeTarget } from "../prometheus-config.ts";
import { credentialFiles, credentialsFor, probeConfigFile, renderGuardFiles, webConfigFile } from "./guard.ts";
import { type MonitorSettings, renderMonitorFlags } from "./monitor-settings.ts";
import { publish } from "./publish.ts";
import { markSecret } from "./secret.ts";
import { defineService } from "./service.ts";
import type { LongTermStorage } from "./settings.ts";

const configFile = "prometheus.yml";
const remoteWritePasswordFile = "remote-write-password";

interface PrometheusSettings extends MonitorSettings {
  readonly links: Links;
  /** What the API's processes do. */
  readonly apiRole: Extract<ScrapeTarget["role"], "api" | "all">;
  /** The service's name in its telemetry. */
  readonly serviceName: string;
  readonly retention: { readonly days: number; readonly size: string };
  readonly remoteWrite?: LongTermStorage | undefined;
  /**
   * Whether it takes samples that are written to it, as k6 writes its results. Whoever may write can make any series up,
   * those that alerts watch too: so it takes them where it asks for a password, or where somebody wants it to.
   */
  readonly receivesSamples: boolean;
}

/** Collects metrics, evaluates the rules and hands alerts to Alertmanager. */
export function definePrometheus(settings: PrometheusSettings) {
  const { links, apiRole, serviceName, retention, remoteWrite, receivesSamples } = settings;
  const { guards, logs, published, memoryMb } = settings;
  return defineService({
    name: "prometheus",
    help: "Prometheus: metrics and rules",
    image: "prometheus",
    needs: ["api", "worker", "alertmanager"],
    networks: published === undefined && remoteWrite === undefined ? ["back"] : ["front", "back"],
    publish: publish("http", published),
    memoryMb,
    rereads: "SIGHUP",
    graceSeconds: 60,
    readySeconds: monitoring.readyDeadlineMs / 1_000,
    run(at, place) {
      const { files, secrets, data } = place;
      const self = place.self("http");
      const rules = renderRuleFiles(links);
      const alertmanagers = at.each("alertmanager", "http");
      const targets: readonly ScrapeTarget[] = [
        ...at.each("api", "http").map((address) => ({ job: "dashboard", role: apiRole, address }) as const),
        ...at.each("api", "metrics").map((address) => ({ job: "gozcu-otel", role: apiRole, address }) as const),
        ...at.each("worker", "metrics").map((address) => ({ job: "gozcu-otel", role: "worker", address }) as const),
        { job: "prometheus", role: "stack", address: self },
        ...alertmanagers.map((address) => ({ job: "alertmanager", role: "stack", address }) as const),
      ];
      const config = renderPrometheusConfig({
        targets,
        ruleFiles: Object.keys(rules).map((name) => `${files}/${name}`),
        alertmanager: alertmanagers[0],
        serviceName,
        credentials: {
          prometheus: credentialsFor("prometheus", guards, secrets),
          alertmanager: credentialsFor("alertmanager", guards, secrets),
        },
        remoteWrite: remoteWrite && {
          url: remoteWrite.url,
          ...(remoteWrite.username !== undefined && {
            credentials: { username: remoteWrite.username, passwordFile: `${secrets}/${remoteWritePasswordFile}` },
          }),
        },
      });
      return {
        args: [
          `--config.file=${files}/${configFile}`,
          `--storage.tsdb.path=${data}`,
          `--storage.tsdb.retention.time=${retention.days}d`,
          `--storage.tsdb.retention.size=${retention.size}`,
          `--rules.alert.resend-delay=${renderDuration(monitoring.resendSeconds)}`,
          ...(receivesSamples ? ["--web.enable-remote-write-receiver"] : []),
          ...renderMonitorFlags({
            listen: place.listen("http"),
            url: links.prometheus,
            logs,
            webConfig: guards.prometheus ? `${secrets}/${webConfigFile}` : undefined,
          }),
        ],
        liveFiles: { ...rules, [configFile]: config },
        secretFiles: {
          ...(guards.prometheus && renderGuardFiles(secrets)),
          ...(guards.alertmanager && credentialFiles),
          ...(remoteWrite?.username !== undefined && {
            [remoteWritePasswordFile]: markSecret("remote-write-password"),
          }),
        },
        health: guards.prometheus
          ? {
              command: [
                ...["promtool", "check", "ready", `--url=http://${self}`],
                `--http.config.file=${secrets}/${probeConfigFile}`,
              ],
            }
          : { url: `http://${self}/-/ready` },
      };
    },
  });
}
