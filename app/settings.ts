import { z } from "zod";
import { webhookSecretSchema } from "./adapters/webhook/secret.ts";
import { alertSettings } from "./alert-settings.ts";
import { ports } from "./catalogue/ports.ts";
import { flag, isWithoutUser, list, port, type SettingRow, urlWith } from "./setting-row.ts";
import { telemetrySettings } from "./telemetry/settings.ts";

/** Every setting that the program reads. The table in the README and `.env.example` are made from these rows. */
export const settings = {
  PORT: {
    schema: port.default(ports.api),
    default: String(ports.api),
    meaning: "the port of the API; 0 takes a free one",
  },
  HOST: {
    schema: z.string().default("127.0.0.1"),
    default: "127.0.0.1",
    meaning: "the address that the API listens on",
  },
  ROLE: {
    schema: z.enum(["all", "api", "worker"], "must be all, api or worker").default("all"),
    default: "all",
    meaning: "`all`, `api` or `worker`: what this process does",
  },
  DATA_DIR: {
    schema: z.string().default(".gozcu"),
    default: ".gozcu",
    meaning: "the folder of the embedded database and of the secrets made on the first start",
  },
  API_KEYS: {
    schema: list
      .refine((keys) => keys.length > 0, "must name at least one key")
      .refine((keys) => keys.every((key) => key.length >= 16), "each key must have 16 characters or more")
      .optional(),
    default: "made on the first start",
    meaning: "the keys that `X-API-Key` may hold, comma-separated",
    secret: true,
  },
  DATABASE_URL: {
    schema: urlWith("postgres", "postgresql").optional(),
    default: "embedded Postgres",
    meaning: "`postgres://…`: where jobs and rollups are kept",
    secret: true,
  },
  QUEUE_URL: {
    schema: urlWith("redis", "rediss", "postgres", "postgresql").optional(),
    default: "the database",
    meaning: "`redis://…` or `postgres://…`: where the queue is kept",
    secret: true,
  },
  COMFYUI_URL: {
    schema: urlWith("http", "https")
      .refine(isWithoutUser, "must not carry a user name or a password: ComfyUI takes none")
      .optional(),
    default: "the demo renderer",
    meaning: "`http://…`: the ComfyUI that renders",
    secret: true,
  },
  WORKER_CONCURRENCY: {
    schema: z.coerce.number("must be a whole number from 1 to 64").int().min(1).max(64).default(4),
    default: "4",
    meaning: "how many jobs one worker has in hand at a time",
  },
  WEBHOOK_SECRET: {
    schema: webhookSecretSchema.optional(),
    default: "made on the first start",
    meaning: "signs the webhooks: `whsec_` and 24 to 64 bytes in base64",
    secret: true,
  },
  WEBHOOK_ALLOW_PRIVATE: {
    schema: flag.default(false),
    default: "false",
    meaning: "whether webhooks may go to private and loopback addresses",
  },
  TURN_URLS: {
    schema: list.default(["turn:127.0.0.1:3478"]),
    default: "turn:127.0.0.1:3478",
    meaning: "the TURN servers that sessions are told of, comma-separated",
  },
  RATE_LIMIT: {
    schema: z.enum(["enforce", "advise", "off"], "must be enforce, advise or off").default("advise"),
    default: "advise",
    meaning:
      "`enforce`, `advise` or `off`: what happens to a client that asks more often than documented; each API process counts for itself",
  },
  TRUST_PROXY: {
    schema: z.coerce.number("must be a whole number from 0 to 10").int().min(0).max(10).default(0),
    default: "0",
    meaning: "how many proxies in front to believe about a client's address",
  },
  ...alertSettings,
  LOG_LEVEL: {
    schema: z
      .enum(["trace", "debug", "info", "warn", "error", "silent"], "must be trace, debug, info, warn, error or silent")
      .default("info"),
    default: "info",
    meaning: "`trace`, `debug`, `info`, `warn`, `error` or `silent`",
  },
  ...telemetrySettings,
} as const satisfies Record<string, SettingRow>;

export type SettingName = keyof typeof settings;
