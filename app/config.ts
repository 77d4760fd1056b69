import { readFileSync } from "node:fs";
import { z } from "zod";
import { webhookSecretSchema } from "./adapters/webhook/secret.ts";
import { links } from "./catalogue/links.ts";
import { errorMessage } from "./error-message.ts";
import { telemetrySettings } from "./telemetry/settings.ts";

/** One setting: how it is read, and how it is documented in the README and in `.env.example`. */
interface SettingRow {
  readonly schema: z.ZodType;
  /** In words, for the documents. */
  readonly default: string;
  readonly meaning: string;
  /** The value never appears in a message. */
  readonly secret?: true;
}

const port = z.coerce.number("must be a port number, 0 (any free port) to 65535").int().min(0).max(65_535);
const flag = z
  .enum(["true", "false", "1", "0"], "must be true or false")
  .transform((text) => text === "true" || text === "1");
/** Commas, and in a file lines too. */
const list = z.string().transform((text) => text.split(/[\s,]+/).filter((item) => item !== ""));

function urlWith(...schemes: readonly string[]) {
  const allowed = schemes.map((scheme) => `${scheme}://…`).join(" or ");
  return z.string().refine((text) => {
    const url = URL.parse(text);
    return url !== null && schemes.some((scheme) => url.protocol === `${scheme}:`) && url.hostname !== "";
  }, `must be ${allowed}`);
}

/** Every setting that the program reads. The table in the README and `.env.example` are made from these rows. */
export const settings = {
  PORT: { schema: port.default(3_000), default: "3000", meaning: "the port of the API; 0 takes a free one" },
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
      .refine((text) => {
        const url = URL.parse(text);
        return !url?.username && !url?.password;
      }, "must not carry a user name or a password: ComfyUI takes none")
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
  SLACK_WEBHOOK_URL: {
    schema: urlWith("https", "http").optional(),
    default: "off",
    meaning: "`https://hooks.slack.com/…`: the incoming webhook that takes notifications",
    secret: true,
  },
  TELEGRAM_BOT_TOKEN: {
    schema: z.string().optional(),
    default: "off",
    meaning: "the bot that sends notifications; checked at the start",
    secret: true,
  },
  TELEGRAM_CHAT_ID: {
    schema: z
      .string()
      .regex(/^-?\d+$/, "must be the chat's number, such as -1001234567890")
      .optional(),
    default: "off",
    meaning: "the number of the chat that the bot writes to",
  },
  TELEGRAM_API_URL: {
    schema: urlWith("https", "http").default("https://api.telegram.org"),
    default: "https://api.telegram.org",
    meaning: "the Bot API server, for those who run their own",
  },
  DISCORD_WEBHOOK_URL: {
    schema: urlWith("https", "http").optional(),
    default: "off",
    meaning: "`https://discord.com/api/webhooks/…`: the webhook that takes notifications",
    secret: true,
  },
  SMTP_URL: {
    schema: urlWith("smtp", "smtps").optional(),
    default: "off",
    meaning:
      "`smtp://user:password@host:port` (STARTTLS, unless the host is this machine) or `smtps://…` (TLS from the start): the server that sends notifications as e-mail",
    secret: true,
  },
  ALERT_EMAIL_TO: {
    schema: list
      .refine((all) => all.every((one) => z.email().safeParse(one).success), "must be e-mail addresses")
      .optional(),
    default: "off",
    meaning: "who gets the e-mail, comma-separated",
  },
  ALERT_EMAIL_FROM: {
    schema: z.email("must be an e-mail address").optional(),
    default: "the user of `SMTP_URL`, else `gozcu@localhost`",
    meaning: "the sender of the e-mail",
  },
  DEADMAN_URL: {
    schema: urlWith("https", "http").optional(),
    default: "off",
    meaning: "the outside heartbeat that hears the Watchdog and tells when it falls silent",
    secret: true,
  },
  ALERTS_TOKEN: {
    schema: z
      .string()
      .regex(
        /^[\w.~+/-]{16,}=*$/,
        "must be 16 characters or more that a bearer token may have: A-Z a-z 0-9 - . _ ~ + /",
      )
      .optional(),
    default: "made on the first start",
    meaning: "the bearer token with which Alertmanager reports to `POST /api/alerts`",
    secret: true,
  },
  REMEDIATION_COMFYUI_COMMAND: {
    schema: z.string().optional(),
    default: "off",
    meaning: "the shell command that restarts ComfyUI when `ComfyuiDown` fires",
    secret: true,
  },
  START_MONITORING: {
    schema: flag.default(true),
    default: "true",
    meaning:
      "whether Prometheus and Alertmanager are started along where they are installed, unless this process is only a worker",
  },
  PROMETHEUS_PORT: {
    schema: port.default(9_090),
    default: "9090",
    meaning: "the port of the Prometheus that is started along; 0, or one in use, takes a free one",
  },
  ALERTMANAGER_PORT: {
    schema: port.default(9_093),
    default: "9093",
    meaning: "the port of the Alertmanager that is started along; 0, or one in use, takes a free one",
  },
  WORKER_METRICS: {
    schema: list
      .refine((all) => all.every((one) => /^[^\s:/]+:\d{1,5}$/.test(one)), "must be addresses such as 127.0.0.1:9465")
      .default([]),
    default: "none",
    meaning:
      "the OpenTelemetry metrics of workers that run as processes of their own, as `host:port`, comma-separated: the Prometheus that is started along asks them too",
  },
  PUBLIC_URL: {
    schema: urlWith("https", "http").optional(),
    default: "where the API listens",
    meaning: "the address under which people reach the API; notifications link to it",
  },
  GRAFANA_URL: {
    schema: urlWith("https", "http").default(links.grafana),
    default: links.grafana,
    meaning: "where Grafana is; notifications link to its panels",
  },
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
export type Config = { readonly [K in SettingName]: z.infer<(typeof settings)[K]["schema"]> };

/** The environment does not fit: one line a problem, all of them at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the settings do not fit:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A setting's text: from `NAME`, or from the file that `NAME_FILE` names. An empty text counts as not set. */
function readText(env: Environment, name: string, problems: string[]): string | undefined {
  const direct = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set: set one of them`);
    return undefined;
  }
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    problems.push(`${name}_FILE: cannot read ${file} (${errorMessage(error)})`);
    return undefined;
  }
}

/** What no single setting can tell. */
function contradictions(config: Config): string[] {
  const problems: string[] = [];
  if (config.ROLE === "worker" && config.DATABASE_URL === undefined) {
    problems.push("ROLE=worker needs DATABASE_URL: the embedded database belongs to the process that runs the API");
  }
  if (config.ROLE === "worker" && config.WEBHOOK_SECRET === undefined) {
    problems.push("ROLE=worker needs WEBHOOK_SECRET: all workers must sign alike");
  }
  if ((config.TELEGRAM_BOT_TOKEN === undefined) !== (config.TELEGRAM_CHAT_ID === undefined)) {
    problems.push("TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID belong together: set both or neither");
  }
  if ((config.SMTP_URL === undefined) !== (config.ALERT_EMAIL_TO === undefined)) {
    problems.push("SMTP_URL and ALERT_EMAIL_TO belong together: set both or neither");
  }
  return problems;
}

/** What the operator's own commands see of our environment: no setting of ours, as it could be a secret. */
export function readCommandEnvironment(env: Environment = process.env): Readonly<Record<string, string>> {
  const seen = ["PATH", "HOME", "LANG"].map((name) => [name, env[name]] as const);
  return Object.fromEntries(seen.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/**
 * Reads all settings from the environment.
 * @throws ConfigError naming every setting that is wrong and what it may be; never a secret's value.
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<SettingRow>(settings)) {
    const text = readText(env, name, problems);
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const shown = row.secret || text === undefined ? "" : ` (is ${JSON.stringify(text)})`;
      problems.push(`${name} ${parsed.error.issues.map((issue) => issue.message).join("; ")}${shown}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = values as Config;
  const contradicting = contradictions(config);
  if (contradicting.length > 0) throw new ConfigError(contradicting);
  return config;
}
