import { ports } from "./ports.ts";

const local = (port: number) => `http://127.0.0.1:${port}`;

/** Where people find what notifications and dashboards link to, on the machine that runs everything. */
export const links = {
  service: local(ports.api),
  grafana: local(ports.grafana),
  prometheus: local(ports.prometheus),
  alertmanager: local(ports.alertmanager),
  jaeger: local(ports.jaeger),
} as const;
