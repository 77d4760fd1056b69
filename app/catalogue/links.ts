/** Where people find what notifications and dashboards link to, on the machine that runs everything. */
export const links = {
  service: "http://127.0.0.1:3000",
  grafana: "http://127.0.0.1:3001",
  prometheus: "http://127.0.0.1:9090",
  alertmanager: "http://127.0.0.1:9093",
  jaeger: "http://127.0.0.1:16686",
} as const;
