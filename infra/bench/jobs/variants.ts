export const backends = { redis: "Redis", postgres: "Postgres" } as const;
export type BackendName = keyof typeof backends;

export interface TelemetryRow {
  readonly label: string;
  /** The least ratio of its jobs a second to those of BullMQ alone on the same backend. */
  readonly aim?: number;
}

/** What is compared on each backend, in the order of the report: by the names of `targets/`. */
export const telemetries = {
  bare: { label: "BullMQ" },
  "bullmq-otel": { label: "BullMQ, bullmq-otel" },
  gozcu: { label: "BullMQ, Gözcü", aim: 0.95 },
} as const satisfies Readonly<Record<string, TelemetryRow>>;

export type TelemetryName = keyof typeof telemetries;

/** What the others are compared with. */
export const baseName = "bare" satisfies TelemetryName;

export const backendNames = Object.keys(backends) as readonly BackendName[];
export const telemetryNames = Object.keys(telemetries) as readonly TelemetryName[];
