/** The data sources that the dashboards ask, under fixed uids: Grafana's provisioning makes them, the panels name them. */
export const datasources = {
  prometheus: { type: "prometheus", uid: "gozcu-prometheus" },
  alertmanager: { type: "alertmanager", uid: "gozcu-alertmanager" },
  jaeger: { type: "jaeger", uid: "gozcu-jaeger" },
} as const;

export type DatasourceName = keyof typeof datasources;
