import { parse } from "yaml";
import { z } from "zod";

const EndpointSchema = z
  .string()
  .regex(/^[^:]+:\d+$/)
  .transform((endpoint) => {
    const [host = "", port] = endpoint.split(":");
    return { host, port: Number(port) };
  });

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

const DurationSchema = z
  .string()
  .regex(/^\d+[smh]$/)
  .transform((text) => Number(text.slice(0, -1)) * unitsMs[text.at(-1) as keyof typeof unitsMs]);

const name = "badger" as const;
const storage = z.literal(name);

/** As much of Jaeger's configuration as is deployed; anything else is refused, as Jaeger refuses what it does not know. */
const ConfigSchema = z.strictObject({
  service: z.strictObject({
    extensions: z.array(z.enum(["jaeger_storage", "jaeger_query", "healthcheckv2"])).length(3),
    pipelines: z.strictObject({
      traces: z.strictObject({
        receivers: z.tuple([z.literal("otlp")]),
        processors: z.tuple([z.literal("batch")]),
        exporters: z.tuple([z.literal("jaeger_storage_exporter")]),
      }),
    }),
    telemetry: z.strictObject({
      logs: z.strictObject({ level: z.string(), encoding: z.enum(["json", "console"]) }),
      metrics: z.strictObject({ level: z.enum(["none", "basic", "normal", "detailed"]) }),
    }),
  }),
  extensions: z.strictObject({
    healthcheckv2: z.strictObject({
      use_v2: z.literal(true),
      http: z.strictObject({
        endpoint: EndpointSchema,
        status: z.strictObject({ enabled: z.literal(true), path: z.string().startsWith("/") }),
      }),
    }),
    jaeger_query: z.strictObject({
      storage: z.strictObject({ traces: storage }),
      http: z.strictObject({ endpoint: EndpointSchema }),
    }),
    jaeger_storage: z.strictObject({
      backends: z.strictObject({
        [name]: z.strictObject({
          badger: z.strictObject({
            directories: z.strictObject({ keys: z.string(), values: z.string() }),
            ephemeral: z.literal(false),
            ttl: z.strictObject({ spans: DurationSchema }),
          }),
        }),
      }),
    }),
  }),
  receivers: z.strictObject({
    otlp: z.strictObject({
      protocols: z.strictObject({ http: z.strictObject({ endpoint: EndpointSchema }) }),
    }),
  }),
  processors: z.strictObject({ batch: z.strictObject({}) }),
  exporters: z.strictObject({ jaeger_storage_exporter: z.strictObject({ trace_storage: storage }) }),
});

/** @throws ZodError naming each field that is wrong or unknown. */
export function readConfig(text: string) {
  const { extensions, receivers } = ConfigSchema.parse(parse(text));
  const { badger } = extensions.jaeger_storage.backends.badger;
  return {
    otlp: receivers.otlp.protocols.http.endpoint,
    query: extensions.jaeger_query.http.endpoint,
    health: extensions.healthcheckv2.http.endpoint,
    healthPath: extensions.healthcheckv2.http.status.path,
    folder: badger.directories.values,
    ttlMs: badger.ttl.spans,
  };
}
