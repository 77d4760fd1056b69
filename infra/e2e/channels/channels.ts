import type { Channels as ChannelSettings } from "../../../alerts/channels.ts";
import { startDiscord } from "./discord.ts";
import { startEmail } from "./email.ts";
import { startSlack } from "./slack.ts";
import { startTelegram } from "./telegram.ts";

const credentials = { user: "gozcu", password: "mail secret" };

/** All four, each with its secret. */
export async function startChannels() {
  const [slack, telegram, discord, email] = await Promise.all([
    startSlack(),
    startTelegram(),
    startDiscord(),
    startEmail({ credentials }),
  ]);
  const all = [slack, telegram, discord, email] as const;
  /** As Alertmanager is told of them. */
  const settings = {
    slack: { url: slack.url },
    telegram: { token: telegram.token, chatId: String(telegram.chatId), apiUrl: telegram.url },
    discord: { url: discord.url },
    email: {
      smarthost: email.address,
      from: "gozcu@example.com",
      to: ["one@example.com", "two@example.com"],
      username: credentials.user,
      password: credentials.password,
      requireTls: false,
      implicitTls: false,
    },
  } as const satisfies ChannelSettings;
  return {
    ...{ slack, telegram, discord, email, all, settings },
    async close(): Promise<void> {
      await Promise.all(all.map((channel) => channel.close()));
    },
  };
}

export type Channels = Awaited<ReturnType<typeof startChannels>>;
