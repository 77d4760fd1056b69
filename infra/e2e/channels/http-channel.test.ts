import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import type { Fault } from "./channel.ts";
import { startDiscord } from "./discord.ts";
import { retryAfterSeconds } from "./http-channel.ts";
import { startSlack } from "./slack.ts";
import { startTelegram } from "./telegram.ts";

/** Each service by its way to send "hello", and its words for each fault. */
const services = {
  async slack() {
    const channel = await startSlack();
    return { channel, url: channel.url, message: { text: "hello" } };
  },
  async telegram() {
    const channel = await startTelegram();
    const url = `${channel.url}/bot${channel.token}/sendMessage`;
    return { channel, url, message: { chat_id: channel.chatId, text: "hello" } };
  },
  async discord() {
    const channel = await startDiscord();
    return { channel, url: channel.url, message: { content: "hello" } };
  },
} as const;
type Service = keyof typeof services;

const telegramError = (code: number, description: string) => ({ ok: false, error_code: code, description });
const words = {
  slack: { rateLimit: "rate_limited", serverError: "rollup_error" },
  telegram: {
    rateLimit: JSON.stringify({
      ...telegramError(429, "Too Many Requests: retry after 1"),
      parameters: { retry_after: retryAfterSeconds },
    }),
    serverError: JSON.stringify(telegramError(500, "Internal Server Error")),
  },
  discord: {
    rateLimit: JSON.stringify({
      message: "You are being rate limited.",
      retry_after: retryAfterSeconds,
      global: false,
    }),
    serverError: JSON.stringify({ code: 0, message: "500: Internal Server Error" }),
  },
} satisfies Record<Service, Record<Fault, string>>;
/** Telegram says it in the body only. */
const retryAfter = { slack: "1", telegram: null, discord: "1" } as const satisfies Record<Service, string | null>;

describe.each<Service>(["slack", "telegram", "discord"])("%s", (name) => {
  const keep = createKeep();
  async function start() {
    const { channel, url, message } = await services[name]();
    keep(channel);
    const send = () =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
      });
    return { channel, send };
  }

  test("keeps what it accepts, with the time", async () => {
    const { channel, send } = await start();
    const before = new Date();
    expect((await send()).ok).toBe(true);
    expect(channel.received()).toMatchObject([{ text: "hello" }]);
    const [message] = channel.received();
    expect(message?.at.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(channel.name).toBe(name);
  });

  test("fails as often as it is told, in its own words, and then works again", async () => {
    const { channel, send } = await start();
    channel.failNext(2, "rateLimit");
    channel.failNext(1, "serverError");
    for (const _ of [1, 2]) {
      const limited = await send();
      expect(limited.status).toBe(429);
      expect(limited.headers.get("retry-after")).toBe(retryAfter[name]);
      expect(await limited.text()).toBe(words[name].rateLimit);
    }
    const broken = await send();
    expect(broken.status).toBe(500);
    expect(await broken.text()).toBe(words[name].serverError);
    expect(channel.received()).toEqual([]);
    expect((await send()).ok).toBe(true);
    expect(channel.received()).toHaveLength(1);
    expect(channel.refused()).toEqual([]);
  });

  test("refuses connections until it accepts them again, on the same port", async () => {
    const { channel, send } = await start();
    expect((await send()).ok).toBe(true);
    await channel.refuse();
    await expect(send()).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await channel.accept();
    expect((await send()).ok).toBe(true);
    expect(channel.received()).toHaveLength(2);
  });
});
