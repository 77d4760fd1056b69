interface ImageRow {
  /** With its version: a name without one is another image every day. */
  readonly reference: string;
  /** Who the program runs as: the user that the image has for it. */
  readonly uid: number;
  readonly gid: number;
  /** Where the image keeps its data. */
  readonly data?: string;
  /** The image has a `VOLUME` here that nobody needs, or the program writes here: memory is mounted instead. */
  readonly scratch?: readonly string[];
}

/** The versions of everything that is deployed, and how each image is to be run. Each reference can be overridden. */
export const images = {
  postgres: {
    reference: "postgres:18.6-trixie",
    uid: 999,
    gid: 999,
    data: "/var/lib/postgresql",
    scratch: ["/tmp", "/var/run/postgresql"],
  },
  redis: { reference: "redis:8.10.2-trixie", uid: 999, gid: 999, data: "/data" },
  jaeger: {
    reference: "jaegertracing/jaeger:2.20.0",
    uid: 10_001,
    gid: 10_001,
    data: "/badger",
    scratch: ["/tmp"],
  },
  alertmanager: { reference: "prom/alertmanager:v0.34.2", uid: 65_534, gid: 65_534, data: "/alertmanager" },
  prometheus: { reference: "prom/prometheus:v3.16.0", uid: 65_534, gid: 65_534, data: "/prometheus" },
  grafana: {
    reference: "grafana/grafana:13.2.3",
    uid: 472,
    gid: 0,
    data: "/var/lib/grafana",
    scratch: ["/tmp"],
  },
  caddy: { reference: "caddy:2.11.4-alpine", uid: 65_534, gid: 65_534, data: "/data", scratch: ["/config"] },
  /** Built from this repository on {@link baseImages.node}. */
  app: { reference: "gozcu:built", uid: 1_000, gid: 1_000, scratch: ["/tmp"] },
} as const satisfies Record<string, ImageRow>;

export type ImageName = keyof typeof images;

/** What images are made from or prepared with. */
export const baseImages = {
  node: "node:24.21.0-bookworm-slim",
  /** Prepares volumes. */
  busybox: "busybox:1.38.0",
} as const;

export type BaseImageName = keyof typeof baseImages;
