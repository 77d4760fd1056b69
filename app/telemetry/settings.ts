import { z } from "zod";
import { ports } from "../catalogue/ports.ts";

const flag = z
  .enum(["true", "false", "1", "0"], "must be true, false, 1 or 0")
  .transform((text) => text === "true" || text === "1");

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

const endpoint = z.string().refine((text) => {
  const protocol = URL.parse(text)?.protocol;
  return protocol === "http:" || protocol === "https:";
}, "must be http://… or https://…");

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/**
 * Every setting of this library, as rows that a program can put into its own table of settings. The names and
 * defaults of `OTEL_*` are OpenTelemetry's, but for the shorter time that an exporter may take.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export const telemetrySettings = {
  NODE_ENV: {
    schema: z.string().default("production"),
    default: "production",
    meaning: "`production`, `development` or `test`",
  },
  OTEL_SERVICE_NAME: {
    schema: z.string().default("gozcu"),
    default: "gozcu",
    meaning: "the service's name on traces and metrics",
  },
  OTEL_EXPORTER_PROMETHEUS_PORT: {
    schema: wholeNumber(0, 65_535).default(ports.metrics),
    default: String(ports.metrics),
    meaning: "the port of the OpenTelemetry metrics; 0 takes a free one",
  },
  OTEL_EXPORTER_PROMETHEUS_HOST: {
    schema: z.string().default("127.0.0.1"),
    default: "127.0.0.1",
    meaning: "the address that the OpenTelemetry metrics are served on",
  },
  OTEL_TRACES_EXPORTER: {
    schema: z.enum(["otlp", "console", "none"], "must be otlp, console or none").optional(),
    default: "`otlp` with an endpoint, else `console` in development, else `none`",
    meaning: "`otlp`, `console` or `none`: where ended spans go",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: endpoint.optional(),
    default: "off; `http://localhost:4318` with `OTEL_TRACES_EXPORTER=otlp`",
    meaning: "the collector that takes traces by OTLP/HTTP, without `/v1/traces`",
    secret: true,
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    schema: endpoint.optional(),
    default: "`OTEL_EXPORTER_OTLP_ENDPOINT` and `/v1/traces`",
    meaning: "the whole address that takes traces",
    secret: true,
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    schema: z.enum(["http/protobuf", "http/json"], "must be http/protobuf or http/json").default("http/protobuf"),
    default: "http/protobuf",
    meaning: "`http/protobuf`, or `http/json`, which is three times as long",
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    schema: wholeNumber(1, 60_000).default(5_000),
    default: "5000",
    meaning: "milliseconds that sending one batch of spans may take, retries included",
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    schema: wholeNumber(1, 100_000).default(2_048),
    default: "2048",
    meaning: "spans kept while the collector does not take them; further ones are dropped",
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    schema: wholeNumber(1, 60_000).default(5_000),
    default: "5000",
    meaning: "milliseconds between two batches of spans",
  },
  OTEL_TRACES_SAMPLER: {
    schema: z.enum(samplers, `must be one of ${samplers.join(", ")}`).default("parentbased_always_on"),
    default: "parentbased_always_on",
    meaning: "which traces are recorded",
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, "must be a ratio from 0 to 1")
      .transform(Number)
      .default(1),
    default: "1",
    meaning: "the ratio of traces recorded, for the samplers that take one",
  },
  ENABLE_TRACING: { schema: flag.default(true), default: "true", meaning: "whether spans are made at all" },
  ENABLE_TAIL_SAMPLING: {
    schema: flag.default(true),
    default: "true",
    meaning: "whether requests and jobs that fail or are too slow are kept even when sampling left them out",
  },
  ENABLE_PROFILING: {
    schema: flag.default(false),
    default: "false",
    meaning: "whether the profiler's measures become a histogram",
  },
} as const;

export type TelemetrySettings = {
  readonly [K in keyof typeof telemetrySettings]: z.output<(typeof telemetrySettings)[K]["schema"]>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what fits and takes the default for what does not; `problems` has a line for each of those. */
export function parseTelemetrySettings(env: Environment): {
  readonly settings: TelemetrySettings;
  readonly problems: readonly string[];
} {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, row] of Object.entries(telemetrySettings)) {
    const { schema } = row;
    const text = env[name] || undefined;
    const parsed = schema.safeParse(text);
    values[name] = parsed.success ? parsed.data : schema.parse(undefined);
    const shown = "secret" in row ? "" : ` (is ${JSON.stringify(text)})`;
    if (!parsed.success) problems.push(`${name} ${parsed.error.issues[0]?.message}${shown}`);
  }
  return { settings: values as TelemetrySettings, problems };
}

/**
 * Reads the settings of this library; an empty value counts as not set.
 * @throws Error naming every setting that is wrong, its value unless that may hold a secret, and what it may be.
 */
export function readTelemetrySettings(env: Environment): TelemetrySettings {
  const { settings, problems } = parseTelemetrySettings(env);
  if (problems.length > 0) throw new Error(`the telemetry settings do not fit:\n  - ${problems.join("\n  - ")}`);
  return settings;
}
