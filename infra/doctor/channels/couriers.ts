import { z } from "zod";
import type { Channels } from "../../../alerts/channels.ts";
import type { ChannelName } from "../../../app/catalogue/notifications.ts";
import type { World } from "../world.ts";
import { askService, type Courier } from "./courier.ts";
import { createMailCourier } from "./mail-courier.ts";

const WebhookSchema = z.object({ name: z.string().nullable() });
const ChatSchema = z.object({ result: z.object({ title: z.string().optional(), username: z.string().optional() }) });

function readAnswer<T>(schema: z.ZodType<T>, answer: unknown, service: string): T {
  const { data } = schema.safeParse(answer);
  if (data === undefined) throw new Error(`the answer is not ${service}'s`);
  return data;
}

type Factories = {
  readonly [Name in ChannelName]: (settings: NonNullable<Channels[Name]>, ask: World["ask"]) => Courier;
};

const factories: Factories = {
  /** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
  slack: ({ url }, ask) => ({
    reach: () => Promise.resolve("configured, not tried: its webhook answers to messages only (--send-test)"),
    async send({ title, body }) {
      await askService(ask, url, { text: `${title}\n${body}` });
    },
  }),
  /** https://core.telegram.org/bots/api#getchat */
  telegram({ apiUrl, token, chatId }, ask) {
    const call = (method: string, parameters: object) =>
      askService(ask, `${apiUrl}/bot${token}/${method}`, { chat_id: chatId, ...parameters });
    return {
      async reach() {
        const { title, username } = readAnswer(ChatSchema, await call("getChat", {}), "Telegram").result;
        return `the bot may see the chat ${title ?? username ?? chatId}`;
      },
      async send({ title, body }) {
        await call("sendMessage", { parse_mode: "HTML", text: `${title}\n${body}` });
      },
    };
  },
  /** https://discord.com/developers/docs/resources/webhook#get-webhook-with-token */
  discord: ({ url }, ask) => ({
    async reach() {
      const { name } = readAnswer(WebhookSchema, await askService(ask, url), "Discord");
      return `the webhook ${name ?? "without a name"} is there`;
    },
    async send({ title, body }) {
      await askService(ask, url, { content: `${title}\n${body}` });
    },
  }),
  email: createMailCourier,
};

/** @returns undefined where the channel is off. */
export function createCourier<Name extends ChannelName>(
  name: Name,
  channels: Channels,
  ask: World["ask"],
): Courier | undefined {
  const settings = channels[name];
  return settings && factories[name](settings, ask);
}
