/** Every service, and what it listens on by itself. An engine may give it other ports. */
export const listening = {
  postgres: { sql: 5_432 },
  redis: { redis: 6_379 },
  jaeger: { ui: 16_686, otlp: 4_318, health: 13_133 },
  comfyui: { http: 8_188 },
  api: { http: 3_000, metrics: 9_464 },
  worker: { http: 3_000, metrics: 9_464 },
  alertmanager: { http: 9_093 },
  prometheus: { http: 9_090 },
  grafana: { http: 3_000 },
  caddy: { http: 80, https: 443, health: 8_080 },
} as const;

export type ServiceName = keyof typeof listening;
export type PortName<S extends ServiceName> = S extends ServiceName ? keyof (typeof listening)[S] & string : never;

export const serviceNames = Object.keys(listening) as readonly ServiceName[];
