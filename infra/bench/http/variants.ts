/** A way to serve `GET /api/ping`, in a process of its own. */
export interface Variant {
  readonly label: string;
  /** Which of `targets/` serves it. */
  readonly target: "raw" | "express" | "express-messages" | "prom-client" | "stock" | "gozcu";
  /** The share of requests whose spans are made and sent; none without. */
  readonly sampled?: number;
  /** Whether it records a duration by route. */
  readonly metrics?: true;
  /** The least ratio of its requests a second to those of bare Express. */
  readonly aim?: number;
}

/** What is compared, in the order of the report. */
export const variants = {
  raw: { label: "node:http alone", target: "raw" },
  express: { label: "Express", target: "express" },
  messages: { label: "Express, its prototypes from the start", target: "express-messages" },
  promClient: { label: "Express, prom-client", target: "prom-client", metrics: true },
  stock10: { label: "Express, OpenTelemetry 10 %", target: "stock", metrics: true, sampled: 0.1 },
  stock100: { label: "Express, OpenTelemetry 100 %", target: "stock", metrics: true, sampled: 1 },
  gozcu0: { label: "Express, Gözcü metrics only", target: "gozcu", metrics: true, aim: 0.95 },
  gozcu10: { label: "Express, Gözcü 10 %", target: "gozcu", metrics: true, sampled: 0.1, aim: 0.9 },
  gozcu100: { label: "Express, Gözcü 100 %", target: "gozcu", metrics: true, sampled: 1, aim: 0.75 },
} as const satisfies Readonly<Record<string, Variant>>;

export type VariantName = keyof typeof variants;

export const variantNames = Object.keys(variants) as readonly VariantName[];

/** What the others are compared with. */
export const baseName = "express" satisfies VariantName;

/** How many times the requests a second of `than` a variant serves at least: the same telemetry, made in another way. */
export const duels = [
  { name: "gozcu10", than: "stock10", aim: 2.2 },
  { name: "gozcu100", than: "stock100", aim: 2.2 },
] as const satisfies readonly { readonly name: VariantName; readonly than: VariantName; readonly aim: number }[];

/** The settings of a variant's process, in OpenTelemetry's own names. */
export function readVariantEnvironment({ sampled }: Variant, collectorUrl: string): Readonly<Record<string, string>> {
  return {
    NODE_ENV: "production",
    OTEL_SERVICE_NAME: "bench",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    ...(sampled === undefined
      ? { ENABLE_TRACING: "false" }
      : {
          OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
          OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
          OTEL_TRACES_SAMPLER_ARG: String(sampled),
        }),
  };
}
