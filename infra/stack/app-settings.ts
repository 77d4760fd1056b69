import { z } from "zod";
import type { SettingRow } from "../../app/setting-row.ts";
import { type SettingName, settings } from "../../app/settings.ts";
import type { SecretName } from "../topology/secret.ts";

/**
 * Secrets, and which one of the topology each becomes. They come from the environment only: a configuration is copied,
 * committed and shown.
 */
export const secretSettings = {
  DATABASE_URL: "database-url",
  QUEUE_URL: "queue-url",
  COMFYUI_URL: "comfyui-url",
  API_KEYS: "api-keys",
  WEBHOOK_SECRET: "webhook-secret",
  ALERTS_TOKEN: "alerts-token",
  SLACK_WEBHOOK_URL: "slack-url",
  TELEGRAM_BOT_TOKEN: "telegram-token",
  DISCORD_WEBHOOK_URL: "discord-url",
  // Its password; the rest of it is none.
  SMTP_URL: "smtp-password",
  DEADMAN_URL: "deadman-url",
  REMEDIATION_COMFYUI_COMMAND: "remediation-comfyui-command",
  REMOTE_WRITE_PASSWORD: "remote-write-password",
} as const satisfies { readonly [N in SettingName | "REMOTE_WRITE_PASSWORD"]?: SecretName };

export type SecretSetting = keyof typeof secretSettings;

export const secretSettingNames = Object.keys(secretSettings) as readonly SecretSetting[];

/** The only one that the service itself does not know. */
const remoteWritePassword = {
  schema: z.string().optional(),
  default: "off",
  meaning: "the password of `remoteWrite.username`",
  secret: true,
} as const satisfies SettingRow;

export const secretRows = { ...settings, REMOTE_WRITE_PASSWORD: remoteWritePassword };

const perContainer = "each container is given its own";
const besides = "Prometheus and Alertmanager are services of the stack";
const metricsPort = "Prometheus asks each container inside the stack";
const traces = "traces go to the Jaeger of the stack; ENABLE_TRACING: false makes none";

/** Settings of the service that the topology decides, and how. */
export const decidedSettings = {
  PORT: "publish.api decides where the API is found",
  HOST: "publish.api decides where the API is found",
  ROLE: perContainer,
  DATA_DIR: perContainer,
  PROMETHEUS_RECEIVER: besides,
  START_MONITORING: besides,
  PROMETHEUS_PORT: "publish.prometheus decides where Prometheus is found",
  ALERTMANAGER_PORT: "publish.alertmanager decides where Alertmanager is found",
  WORKER_METRICS: besides,
  JAEGER_URL: "publish.jaeger decides where Jaeger is found",
  PROMETHEUS_URL: besides,
  NODE_ENV: "the image is made for production",
  OTEL_EXPORTER_PROMETHEUS_PORT: metricsPort,
  OTEL_EXPORTER_PROMETHEUS_HOST: metricsPort,
  OTEL_TRACES_EXPORTER: traces,
  OTEL_EXPORTER_OTLP_ENDPOINT: traces,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces,
} as const satisfies { readonly [N in SettingName]?: string };

/** What a domain decides; without one they are for those who have a proxy of their own in front. */
export const proxySettings = ["PUBLIC_URL", "GRAFANA_URL", "TRUST_PROXY"] as const satisfies readonly SettingName[];

export type AppSetting = Exclude<SettingName, SecretSetting | keyof typeof decidedSettings>;

/** Settings of the service that stand below `app` in `gozcu.yml`. */
export const appSettingNames = (Object.keys(settings) as readonly SettingName[]).filter(
  (name): name is AppSetting => !Object.hasOwn(secretSettings, name) && !Object.hasOwn(decidedSettings, name),
);

/** Below `app`, but for other programs: the service does not ask for them, or misses what belongs to them. */
export const foreignSettings: ReadonlySet<AppSetting> = new Set([
  "TELEGRAM_CHAT_ID",
  "ALERT_EMAIL_TO",
  "ALERT_EMAIL_FROM",
  "PUBLIC_URL",
  "GRAFANA_URL",
]);
