import { settings as appSettings } from "../app/settings.ts";
import { defineAlertmanager } from "./topology/alertmanager.ts";
import { defineApi, defineComfyui, defineWorker } from "./topology/app.ts";
import { defineCaddy } from "./topology/caddy.ts";
import { defineGrafana } from "./topology/grafana.ts";
import type { Guards } from "./topology/guard.ts";
import { defineJaeger } from "./topology/jaeger.ts";
import type { ServiceName } from "./topology/listening.ts";
import { definePostgres } from "./topology/postgres.ts";
import { definePrometheus } from "./topology/prometheus.ts";
import { defineRedis } from "./topology/redis.ts";
import { markSecret } from "./topology/secret.ts";
import type { Service } from "./topology/service.ts";
import type { TopologySettings } from "./topology/settings.ts";

/** The services of a stack, each after those that it needs. */
export type Topology = readonly Service[];

const logs = { level: "info", format: "json" } as const;

/** Everything that is deployed, as data: no engine's words, no passwords. */
export function createTopology(settings: TopologySettings): Topology {
  const { publish, external, memoryMb, links, domain, channels, deadmanUrl } = settings;
  // What is published asks for a password; what only other services reach does not.
  const guards: Guards = {
    prometheus: publish.prometheus !== undefined,
    alertmanager: publish.alertmanager !== undefined,
  };
  const services: Topology = [
    ...(external.has("postgres") ? [] : [definePostgres(settings)]),
    ...(external.has("redis") ? [] : [defineRedis(settings)]),
    ...(external.has("comfyui") ? [] : [defineComfyui(settings)]),
    defineJaeger(settings),
    defineApi({ ...settings, guards }),
    defineWorker(settings),
    defineAlertmanager({
      channels,
      deadmanUrl,
      alertsToken: markSecret("alerts-token"),
      version: settings.alertmanagerVersion,
      logs,
      url: links.alertmanager,
      guards,
      published: publish.alertmanager,
      memoryMb: memoryMb.alertmanager,
    }),
    definePrometheus({
      links,
      apiRole: "api",
      serviceName: settings.app.OTEL_SERVICE_NAME ?? appSettings.OTEL_SERVICE_NAME.default,
      retention: settings.metricsRetention,
      remoteWrite: settings.remoteWrite,
      // k6 reaches it only where it is published, and there it asks for a password.
      receivesSamples: guards.prometheus,
      guards,
      logs,
      published: publish.prometheus,
      memoryMb: memoryMb.prometheus,
    }),
    defineGrafana({ ...settings, guards }),
    ...(domain === undefined ? [] : [defineCaddy(domain, settings)]),
  ];
  return orderByNeeds(services);
}

/**
 * Each service after those that it needs; needs that are not deployed are left out.
 * @throws Error for services that need each other.
 */
export function orderByNeeds(services: Topology): Topology {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered = new Map<ServiceName, Service>();
  function visit(service: Service, path: readonly ServiceName[]): void {
    if (path.includes(service.name))
      throw new Error(`services need each other: ${[...path, service.name].join(" → ")}`);
    if (ordered.has(service.name)) return;
    const needs = service.needs.filter((name) => byName.has(name));
    for (const name of needs) visit(byName.get(name) as Service, [...path, service.name]);
    ordered.set(service.name, { ...service, needs });
  }
  for (const service of services) visit(service, []);
  return [...ordered.values()];
}
