import type { Channels } from "../alerts/channels.ts";
import type { Config } from "../app/config.ts";
import { dockerHost, isLoopback } from "./loopback.ts";

type ChannelConfig = Pick<
  Config,
  | "SLACK_WEBHOOK_URL"
  | "TELEGRAM_BOT_TOKEN"
  | "TELEGRAM_CHAT_ID"
  | "TELEGRAM_API_URL"
  | "DISCORD_WEBHOOK_URL"
  | "SMTP_URL"
  | "ALERT_EMAIL_TO"
  | "ALERT_EMAIL_FROM"
>;

/** The ports of mail submission: RFC 6409, and RFC 8314 for TLS from the start. */
const submissionPorts: Readonly<Record<string, string>> = { "smtp:": "587", "smtps:": "465" };

function readEmail(smtpUrl: string, to: readonly string[], sender: string | undefined): NonNullable<Channels["email"]> {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const user = decodeURIComponent(username);
  return {
    smarthost: `${hostname}:${port || submissionPorts[protocol]}`,
    from: sender ?? (user.includes("@") ? user : "gozcu@localhost"),
    to,
    ...(user !== "" && { username: user }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    // What goes there leaves the machine no more than by loopback: a mail catcher has no certificate.
    requireTls: !isLoopback(hostname) && hostname !== dockerHost,
    implicitTls: protocol === "smtps:",
  };
}

/** The channels that the settings turn on. */
export function readChannels(config: ChannelConfig): Channels {
  const { SLACK_WEBHOOK_URL: slack, DISCORD_WEBHOOK_URL: discord, SMTP_URL: smtp, ALERT_EMAIL_TO: to } = config;
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId, TELEGRAM_API_URL: apiUrl } = config;
  return {
    ...(slack !== undefined && { slack: { url: slack } }),
    ...(token !== undefined && chatId !== undefined && { telegram: { token, chatId, apiUrl } }),
    ...(discord !== undefined && { discord: { url: discord } }),
    ...(smtp !== undefined && to !== undefined && { email: readEmail(smtp, to, config.ALERT_EMAIL_FROM) }),
  };
}

/** Whom Alertmanager tells, or what to set so that it tells somebody. */
export function renderAudience(config: ChannelConfig): string {
  const on = Object.keys(readChannels(config));
  return on.length > 0
    ? `people are told by ${on.join(", ")}`
    : "nobody is told: set SLACK_WEBHOOK_URL, TELEGRAM_BOT_TOKEN, DISCORD_WEBHOOK_URL or SMTP_URL";
}
