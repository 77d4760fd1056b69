import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const types = ["prometheus", "alertmanager", "jaeger"] as const;

const DatasourceSchema = z.strictObject({
  name: z.string().min(1),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  type: z.enum(types),
  access: z.literal("proxy"),
  url: z.url(),
  isDefault: z.boolean(),
  editable: z.boolean(),
  basicAuth: z.boolean().default(false),
  basicAuthUser: z.string().optional(),
  secureJsonData: z.strictObject({ basicAuthPassword: z.string() }).optional(),
  jsonData: z.record(z.string(), z.unknown()),
});

export type Datasource = z.infer<typeof DatasourceSchema>;

const DatasourcesSchema = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z
    .array(DatasourceSchema)
    .refine((list) => new Set(list.map(({ uid }) => uid)).size === list.length, "two have the same uid")
    .refine((list) => list.filter(({ isDefault }) => isDefault).length === 1, "not exactly one is the default"),
});

const ProvidersSchema = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: z.string().min(1),
      folder: z.string(),
      folderUid: z.string(),
      type: z.literal("file"),
      allowUiUpdates: z.boolean(),
      disableDeletion: z.boolean(),
      options: z.strictObject({ path: z.string().startsWith("/") }),
    }),
  ),
});

/** `$__file{path}` stands for what is in the file. */
function expand(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(/\$__file\{([^}]+)\}/g, (_, path: string) => readFileSync(path, "utf8").trim());
  }
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, expand(part)]));
}

function readFolder<T>(folder: string, schema: z.ZodType<T>): readonly T[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => {
      try {
        return schema.parse(expand(parse(readFileSync(join(folder, name), "utf8"))));
      } catch (cause) {
        throw new Error(`${join(folder, name)} is not what Grafana takes`, { cause });
      }
    });
}

/** @throws Error naming the file that is malformed, or has a field that Grafana does not know. */
export function readProvisioning(folder: string) {
  return {
    datasources: readFolder(join(folder, "datasources"), DatasourcesSchema).flatMap(({ datasources }) => datasources),
    providers: readFolder(join(folder, "dashboards"), ProvidersSchema).flatMap(({ providers }) => providers),
  };
}
