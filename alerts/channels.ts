import type { ChannelName } from "../app/catalogue/notifications.ts";
import type { AlertmanagerVersion, createSecretFiles } from "./secret-files.ts";

/** What each channel's service asks for. */
interface ChannelSettings {
  readonly slack: { readonly url: string };
  readonly telegram: { readonly token: string; readonly chatId: string; readonly apiUrl: string };
  readonly discord: { readonly url: string };
  readonly email: {
    /** `host:port` */
    readonly smarthost: string;
    readonly from: string;
    readonly to: readonly string[];
    readonly username?: string;
    readonly password?: string;
    /** Whether nothing is sent without STARTTLS. */
    readonly requireTls: boolean;
    /** TLS from the first byte; Alertmanager 0.25 does that on port 465, and there only. */
    readonly implicitTls: boolean;
  };
}

/** The channels that are on. */
export type Channels = { readonly [Name in ChannelName]?: ChannelSettings[Name] };

/** For the committed example: what a start puts in place of them. */
export const exampleChannels = {
  slack: { url: "https://hooks.slack.com/services/set-at-start" },
  telegram: { token: "set-at-start", chatId: "1", apiUrl: "https://api.telegram.org" },
  discord: { url: "https://discord.com/api/webhooks/set-at-start" },
  email: {
    smarthost: "set-at-start.example:587",
    from: "gozcu@set-at-start.example",
    to: ["you@set-at-start.example"],
    username: "set-at-start",
    password: "set-at-start",
    requireTls: true,
    implicitTls: false,
  },
} as const satisfies Channels;

interface Means {
  readonly secrets: ReturnType<typeof createSecretFiles>;
  readonly version: AlertmanagerVersion;
}

const title = (name: ChannelName) => `{{ template "gozcu.${name}.title" . }}`;
const body = (name: ChannelName) => `{{ template "gozcu.${name}.body" . }}`;

/** Port 465 is TLS from the start and any other is not; only newer versions can be told otherwise. */
function renderTls({ smarthost, requireTls, implicitTls }: ChannelSettings["email"], version: AlertmanagerVersion) {
  const startTls = { require_tls: requireTls && !implicitTls };
  if (implicitTls === smarthost.endsWith(":465")) return startTls;
  if (version !== "0.25") return { ...startTls, force_implicit_tls: implicitTls };
  throw new RangeError(
    `e-mail cannot go to ${smarthost} ${implicitTls ? "with" : "without"} TLS from the start: ` +
      "Alertmanager 0.25 uses it on port 465, and there only",
  );
}

type Renderers = {
  readonly [Name in ChannelName]: (settings: ChannelSettings[Name], means: Means) => Readonly<Record<string, unknown>>;
};

const renderers: Renderers = {
  slack: ({ url }, { secrets }) => ({
    ...secrets.place("api_url", "slack-url", url),
    title: title("slack"),
    title_link: "",
    fallback: title("slack"),
    text: body("slack"),
    // Leaves out the text: Slack's own markup has no escape, so what alerts say must not be read as such.
    mrkdwn_in: ["pretext"],
  }),
  telegram: ({ token, chatId, apiUrl }, { secrets }) => ({
    ...secrets.placeIfTaken("bot_token", "telegram-token", token),
    api_url: apiUrl,
    chat_id: Number(chatId),
    parse_mode: "HTML",
    message: body("telegram"),
  }),
  discord: ({ url }, { secrets }) => ({
    ...secrets.placeIfTaken("webhook_url", "discord-url", url),
    title: title("discord"),
    message: body("discord"),
  }),
  email: (email, { secrets, version }) => ({
    smarthost: email.smarthost,
    from: email.from,
    to: email.to.join(", "),
    ...(email.username === undefined ? {} : { auth_username: email.username }),
    ...(email.password === undefined ? {} : secrets.place("auth_password", "smtp-password", email.password)),
    ...renderTls(email, version),
    headers: { Subject: title("email") },
    text: body("email"),
    // Alertmanager would add a page of its own.
    html: "",
  }),
};

function renderChannel<Name extends ChannelName>(name: Name, settings: ChannelSettings[Name], means: Means) {
  return [{ send_resolved: true, ...renderers[name](settings, means) }];
}

/**
 * The `…_configs` of the receiver that tells people, for the channels that are on.
 * @throws RangeError for a way to send e-mail that the version does not have.
 */
export function renderChannels({ slack, telegram, discord, email }: Channels, means: Means) {
  return {
    ...(slack && { slack_configs: renderChannel("slack", slack, means) }),
    ...(telegram && { telegram_configs: renderChannel("telegram", telegram, means) }),
    ...(discord && { discord_configs: renderChannel("discord", discord, means) }),
    ...(email && { email_configs: renderChannel("email", email, means) }),
  };
}
