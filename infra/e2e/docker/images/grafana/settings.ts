import { readFileSync } from "node:fs";
import { z } from "zod";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");

const SettingsSchema = z.object({
  GF_SERVER_HTTP_ADDR: z.string().default("0.0.0.0"),
  GF_SERVER_HTTP_PORT: z.coerce.number().int().default(3_000),
  GF_SERVER_ROOT_URL: z.url().default("http://localhost:3000/"),
  GF_SERVER_SERVE_FROM_SUB_PATH: flag.default(false),
  GF_PATHS_PROVISIONING: z.string(),
  GF_PATHS_DATA: z.string().default("/var/lib/grafana"),
  GF_SECURITY_ADMIN_USER: z.string().default("admin"),
  GF_SECURITY_ADMIN_PASSWORD: z.string().min(1),
  GF_SECURITY_SECRET_KEY: z.string().min(1),
  GF_AUTH_ANONYMOUS_ENABLED: flag.default(false).pipe(z.literal(false)),
});

/** A setting `X__FILE` names the file with the value of `X`. */
function readFiles(env: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) =>
      name.startsWith("GF_") && name.endsWith("__FILE") && value !== undefined
        ? [name.slice(0, -"__FILE".length), readFileSync(value, "utf8").trim()]
        : [name, value],
    ),
  );
}

/**
 * Grafana's settings, as far as they are used here.
 * @throws ZodError; also without a password and a secret key, for which Grafana itself has defaults that nobody should use.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  const settings = SettingsSchema.parse(readFiles(env));
  return {
    host: settings.GF_SERVER_HTTP_ADDR,
    port: settings.GF_SERVER_HTTP_PORT,
    /** Before every path; empty at the root. */
    subPath: settings.GF_SERVER_SERVE_FROM_SUB_PATH
      ? new URL(settings.GF_SERVER_ROOT_URL).pathname.replace(/\/$/, "")
      : "",
    provisioning: settings.GF_PATHS_PROVISIONING,
    data: settings.GF_PATHS_DATA,
    user: settings.GF_SECURITY_ADMIN_USER,
    password: settings.GF_SECURITY_ADMIN_PASSWORD,
  };
}
