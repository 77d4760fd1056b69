import type { Links } from "../../../alerts/alert-rules.ts";
import { chooseAlertmanagerVersion } from "../../../alerts/secret-files.ts";
import { links as defaultLinks } from "../../../app/catalogue/links.ts";
import { monitoring } from "../../../app/catalogue/monitoring.ts";
import type { Config } from "../../../app/config.ts";
import type { Service } from "../../../app/service.ts";
import { readChannels } from "../../channels.ts";
import { defineAlertmanager } from "../../topology/alertmanager.ts";
import { noGuards } from "../../topology/guard.ts";
import { definePrometheus } from "../../topology/prometheus.ts";
import { usualMemoryMb } from "../../topology/settings.ts";
import type { Topology } from "../../topology.ts";
import type { AddressBook } from "./addresses.ts";
import type { MonitorName } from "./monitors.ts";

/** A program that is installed, before it starts. */
export interface FoundMonitor {
  /** Where it will answer. */
  readonly url: string;
  /** `0.25.0`; undefined when it does not say. */
  readonly version: string | undefined;
}

export type FoundMonitors = { readonly [Name in MonitorName]?: FoundMonitor };

/** What watches a service that runs. */
export interface MonitorTopology {
  /** The services of what is installed. Their files hold secrets as they are. */
  define(found: FoundMonitors): Topology;
  /** Where the service and its workers answer. */
  readonly running: AddressBook;
  /** What the files hold that nobody is to see; none of it is quoted to people. */
  readonly secrets: readonly string[];
}

const hostOf = (url: string) => new URL(url).host;
/** What it writes is read by someone looking for what is wrong. */
const logs = { level: "warn", format: "logfmt" } as const;
const retention = { days: monitoring.retentionDays, size: monitoring.retentionSize };

/** Prometheus and Alertmanager for a service that runs in this process, with the given role. */
export function createMonitorTopology({
  config,
  role,
  service,
}: {
  readonly config: Config;
  readonly role: "api" | "all";
  readonly service: Pick<Service, "url" | "metricsUrl" | "alertsToken">;
}): MonitorTopology {
  const { metricsUrl, alertsToken = "" } = service;
  const channels = readChannels(config);
  const { slack, telegram, discord, email } = channels;
  const secrets = [slack?.url, telegram?.token, discord?.url, email?.password, config.DEADMAN_URL, service.alertsToken];
  return {
    secrets: secrets.filter((secret) => secret !== undefined),
    running: {
      api: { http: [hostOf(service.url)], metrics: metricsUrl === undefined ? [] : [hostOf(metricsUrl)] },
      worker: { metrics: config.WORKER_METRICS },
    },
    define({ prometheus, alertmanager }) {
      const links: Links = {
        ...defaultLinks,
        service: config.PUBLIC_URL ?? service.url,
        grafana: config.GRAFANA_URL,
        ...(prometheus && { prometheus: prometheus.url }),
        ...(alertmanager && { alertmanager: alertmanager.url }),
      };
      return [
        ...(alertmanager === undefined
          ? []
          : [
              defineAlertmanager({
                ...{ channels, alertsToken, logs, guards: noGuards, memoryMb: usualMemoryMb.alertmanager },
                deadmanUrl: config.DEADMAN_URL,
                version: chooseAlertmanagerVersion(alertmanager.version),
                url: alertmanager.url,
              }),
            ]),
        ...(prometheus === undefined
          ? []
          : [
              definePrometheus({
                ...{ links, retention, logs, guards: noGuards, memoryMb: usualMemoryMb.prometheus },
                apiRole: role,
                receivesSamples: config.PROMETHEUS_RECEIVER,
                serviceName: config.OTEL_SERVICE_NAME,
              }),
            ]),
      ];
    },
  };
}
