/** Where each program listens unless it is told otherwise. */
export const ports = {
  api: 3_000,
  metrics: 9_464,
  prometheus: 9_090,
  alertmanager: 9_093,
  grafana: 3_001,
  jaeger: 16_686,
} as const;
