import { type ChannelName, channelNames } from "../../../app/catalogue/notifications.ts";
import { errorMessage } from "../../../app/error-message.ts";
import { dockerHost } from "../../loopback.ts";
import { replaceSecrets } from "../../topology/secret.ts";
import type { Courier } from "../channels/courier.ts";
import { createCourier } from "../channels/couriers.ts";
import { renderTestMessage } from "../channels/test-message.ts";
import type { Check } from "../check.ts";
import type { Facts } from "../facts.ts";
import { type Finding, fine, warning, wrong } from "../finding.ts";

const rows = {
  slack: { title: "Slack", mend: "SLACK_WEBHOOK_URL" },
  telegram: { title: "Telegram", mend: "TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID, and add the bot to the chat" },
  discord: { title: "Discord", mend: "DISCORD_WEBHOOK_URL" },
  email: { title: "E-mail", mend: "SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO" },
} as const satisfies Readonly<Record<ChannelName, { readonly title: string; readonly mend: string }>>;

type Stack = NonNullable<Facts["stack"]>;

/** The channels with their secrets. */
function revealChannels({ topology, given }: Stack): Stack["topology"]["channels"] {
  const reveal = (_key: string, value: unknown) =>
    typeof value === "string" ? replaceSecrets(value, (secret) => given[secret] ?? "") : value;
  return JSON.parse(JSON.stringify(topology.channels), reveal) as Stack["topology"]["channels"];
}

/** Shorter parts of an address, such as an id, are no secret. */
const shortestToken = 8;

/** What a service says must not repeat a secret: neither whole, nor the end of an address, which makes it one. */
function hide(text: string, { given }: Stack): string {
  const whole = Object.values(given);
  const ends = whole.map((secret) => secret.split("/").at(-1) ?? "").filter(({ length }) => length >= shortestToken);
  return [...whole, ...ends].reduce((hidden, secret) => hidden.replaceAll(secret, "…"), text);
}

async function tryChannel(
  name: ChannelName,
  facts: Facts,
  use: (courier: Courier, stack: Stack) => Promise<string>,
): Promise<Finding | undefined> {
  const { stack } = facts;
  if (stack === undefined) return undefined;
  const channels = revealChannels(stack);
  const courier = createCourier(name, channels, facts.world.ask);
  if (courier === undefined) return undefined;
  if (JSON.stringify(channels[name]).includes(dockerHost))
    return fine(`configured, not tried: only containers know ${dockerHost}`);
  try {
    return fine(hide(await use(courier, stack), stack));
  } catch (error) {
    const mend = `correct ${rows[name].mend}; or try again later, if the service only asks to wait`;
    return wrong(hide(errorMessage(error), stack), mend);
  }
}

/** Whether anybody is told at all. */
const audienceCheck: Check = {
  title: "Channels",
  run({ stack }) {
    if (stack === undefined) return undefined;
    const on = channelNames.filter((name) => stack.topology.channels[name] !== undefined);
    if (on.length > 0) return fine(`people are told by ${on.map((name) => rows[name].title).join(", ")}`);
    return warning(
      "nobody is told of an alert",
      "set SLACK_WEBHOOK_URL, TELEGRAM_BOT_TOKEN, DISCORD_WEBHOOK_URL or SMTP_URL",
    );
  },
};

/** Whether each channel that is on can be reached; nothing is sent. */
export const channelChecks: readonly Check[] = [
  audienceCheck,
  ...channelNames.map((name) => ({
    title: rows[name].title,
    run: (facts: Facts) => tryChannel(name, facts, (courier) => courier.reach()),
  })),
];

/** Sends a test message by each channel that is on. */
export const sendTestChecks: readonly Check[] = channelNames.map((name) => ({
  title: `${rows[name].title} test`,
  run: (facts: Facts) =>
    tryChannel(name, facts, async (courier, stack) => {
      await courier.send(renderTestMessage(name, stack.name, new Date()));
      return "the test message was taken: see that it has arrived";
    }),
}));
