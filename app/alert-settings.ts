import { z } from "zod";
import { links } from "./catalogue/links.ts";
import { ports } from "./catalogue/ports.ts";
import { flag, list, openUrlWith, port, type SettingRow, urlWith } from "./setting-row.ts";

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isUserDecodable(text: string): boolean {
  const url = URL.parse(text);
  return url === null || (isDecodable(url.username) && isDecodable(url.password));
}

const percentEncoded = "must have a user and a password that are percent-encoded: a % is written %25";

const smtpUrl = urlWith("smtp", "smtps")
  .refine(isUserDecodable, percentEncoded)
  .refine((text) => {
    const url = URL.parse(text);
    return url?.protocol !== "smtp:" || url.port !== "465";
  }, "must be smtps://… with port 465, which speaks TLS from the start");

/** Paths are put behind it. */
const baseUrl = openUrlWith("https", "http").transform((text) => text.replace(/\/+$/, ""));

/** The same, with a user and a password where it asks for them. */
const askedUrl = urlWith("https", "http")
  .refine(isUserDecodable, percentEncoded)
  .transform((text) => text.replace(/\/+$/, ""));

/** The settings of what watches the service: whom it tells, how it is started along, and where people find it. */
export const alertSettings = {
  SLACK_WEBHOOK_URL: {
    schema: urlWith("https", "http").optional(),
    default: "off",
    meaning: "`https://hooks.slack.com/…`: the incoming webhook that takes notifications",
    secret: true,
  },
  TELEGRAM_BOT_TOKEN: {
    schema: z
      .string()
      .regex(/^\d+:[\w-]+$/, "must be a bot's token as BotFather gives it: a number, a colon and letters")
      .optional(),
    default: "off",
    meaning: "the bot that sends notifications; checked at the start",
    secret: true,
  },
  TELEGRAM_CHAT_ID: {
    schema: z
      .string()
      .refine(
        (text) => /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)),
        "must be the chat's number, such as -1001234567890",
      )
      .optional(),
    default: "off",
    meaning: "the number of the chat that the bot writes to",
  },
  TELEGRAM_API_URL: {
    schema: openUrlWith("https", "http").default("https://api.telegram.org"),
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
    schema: smtpUrl.optional(),
    default: "off",
    meaning:
      "`smtp://user:password@host:port` (STARTTLS, unless the host is this machine, in containers `host.docker.internal`) or `smtps://…` (TLS from the start): the server that sends notifications as e-mail",
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
  PROMETHEUS_RECEIVER: {
    schema: flag.default(false),
    default: "false",
    meaning:
      "whether the Prometheus that is started along takes samples, as k6 writes its results: any program on this machine, a page in its browser too, can then make numbers up",
  },
  START_MONITORING: {
    schema: flag.default(true),
    default: "true",
    meaning:
      "whether Prometheus and Alertmanager are started along where they are installed, unless this process is only a worker",
  },
  PROMETHEUS_PORT: {
    schema: port.default(ports.prometheus),
    default: String(ports.prometheus),
    meaning: "the port of the Prometheus that is started along; 0, or one in use, takes a free one",
  },
  ALERTMANAGER_PORT: {
    schema: port.default(ports.alertmanager),
    default: String(ports.alertmanager),
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
    schema: baseUrl.optional(),
    default: "where the API listens",
    meaning: "the address under which people reach the API; notifications link to it",
  },
  GRAFANA_URL: {
    schema: baseUrl.default(links.grafana),
    default: links.grafana,
    meaning: "where Grafana is; notifications link to its panels",
  },
  JAEGER_URL: {
    schema: baseUrl.optional(),
    default: "off",
    meaning: "where Jaeger is; the status page links to a job's trace there",
  },
  PROMETHEUS_URL: {
    schema: askedUrl.optional(),
    default: "the Prometheus that is started along, if any",
    meaning:
      "`http://…` or `http://user:password@…`: the Prometheus that the status page's charts ask for the past; without one they show what the service has recorded itself",
    secret: true,
  },
} as const satisfies Record<string, SettingRow>;
