import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Channels as Settings } from "../../../alerts/channels.ts";
import { type Channels, startChannels } from "../../e2e/channels/channels.ts";
import { createKeep } from "../../e2e/keep.ts";
import { markChannels } from "../../stack/secrets.ts";
import { type Check, runChecks } from "../check.ts";
import { createTestFacts } from "../test-site.ts";
import { createWorld } from "../world.ts";
import { channelChecks, sendTestChecks } from "./channels.ts";

describe("the checks of channels", () => {
  const keep = createKeep();
  const world = keep(createWorld({}));
  let channels: Channels;
  beforeAll(async () => {
    channels = keep(await startChannels());
  });

  /** As a stack keeps them: marks in the settings, secrets apart. */
  function createFacts(settings: Settings) {
    const { slack, telegram, discord, email } = settings;
    return createTestFacts({
      world: { ask: world.ask },
      change: (stack) => ({
        ...stack,
        given: {
          ...(slack && { "slack-url": slack.url }),
          ...(telegram && { "telegram-token": telegram.token }),
          ...(discord && { "discord-url": discord.url }),
          ...(email?.password !== undefined && { "smtp-password": email.password }),
        },
        topology: { ...stack.topology, channels: markChannels(settings) },
      }),
    });
  }

  async function examine(checks: readonly Check[], settings: Settings = channels.settings) {
    const results = await runChecks(checks, createFacts(settings));
    const secrets = ["slack-secret", "telegram-secret", "discord-secret", "mail secret"];
    for (const secret of secrets) expect(JSON.stringify(results)).not.toContain(secret);
    return Object.fromEntries(results.map(({ title, state, found }) => [title, `${state}: ${found}`]));
  }

  test("each that is on is reached, and nothing is sent", async () => {
    expect(await examine(channelChecks)).toEqual({
      Channels: "fine: people are told by Slack, Telegram, Discord, E-mail",
      Slack: "fine: configured, not tried: its webhook answers to messages only (--send-test)",
      Telegram: "fine: the bot may see the chat alerts",
      Discord: "fine: the webhook Captain Hook is there",
      "E-mail": `fine: ${channels.email.address} takes mail from gozcu`,
    });
    for (const channel of channels.all) expect(channel.received()).toEqual([]);
  });

  test("a test message arrives by each, marked as one, without a trace of markup", async () => {
    const all = await examine(sendTestChecks);
    expect(Object.values(all)).toEqual(Array(4).fill("fine: the test message was taken: see that it has arrived"));
    for (const channel of channels.all) {
      const [message] = channel.received();
      expect(message?.text).toMatch(
        /^\[TEST\] Gözcü can tell you here\nNothing is wrong: the doctor of the stack gozcu sent this at \S+Z to try the channel\.$/,
      );
    }
    expect(channels.email.received()[0]?.to).toEqual(["one@example.com", "two@example.com"]);
  });

  test("nobody to tell is a warning", async () => {
    expect(await examine(channelChecks, {})).toEqual({ Channels: "warning: nobody is told of an alert" });
  });

  test("a wrong secret is told in the service's own words", async () => {
    const { slack, telegram, discord, email } = channels.settings;
    const wrongSecrets = {
      slack: { url: `${slack.url}x` },
      telegram: { ...telegram, token: `${telegram.token}x` },
      discord: { url: `${discord.url}x` },
      email: { ...email, password: "no secret" },
    };
    expect(await examine(channelChecks, wrongSecrets)).toMatchObject({
      Telegram: "wrong: status 401: Unauthorized",
      Discord: "wrong: status 401: Invalid Webhook Token",
      "E-mail": "wrong: 535 5.7.8 Authentication credentials invalid",
    });
    expect(await examine(sendTestChecks, wrongSecrets)).toMatchObject({
      "Slack test": "wrong: status 403: invalid_token",
      "E-mail test": "wrong: 535 5.7.8 Authentication credentials invalid",
    });
  });

  test("a chat that the bot is not in is told", async () => {
    const telegram = { ...channels.settings.telegram, chatId: "7" };
    expect(await examine(channelChecks, { telegram })).toMatchObject({
      Telegram: "wrong: status 400: Bad Request: chat not found",
    });
  });

  test("a service that asks to wait is told so", async () => {
    for (const channel of channels.all) channel.failNext(1, "rateLimit");
    expect(await examine(sendTestChecks)).toEqual({
      "Slack test": "wrong: status 429: rate_limited",
      "Telegram test": "wrong: status 429: Too Many Requests: retry after 1",
      "Discord test": "wrong: status 429: You are being rate limited.",
      "E-mail test": expect.stringContaining("451 4.7.1 Too many messages, try again later"),
    });
  });

  test("mail is not sent where STARTTLS is asked for and not offered", async () => {
    const email = { ...channels.settings.email, requireTls: true };
    expect(await examine(channelChecks, { email })).toMatchObject({ "E-mail": expect.stringContaining("wrong: ") });
  });

  test("an address that only containers know is not tried", async () => {
    const email = { ...channels.settings.email, smarthost: "host.docker.internal:25" };
    expect(await examine(channelChecks, { email })).toMatchObject({
      "E-mail": "fine: configured, not tried: only containers know host.docker.internal",
    });
  });

  test("a service that takes no connection is told", async () => {
    for (const channel of channels.all) await channel.refuse();
    const found = await examine(sendTestChecks);
    for (const line of Object.values(found)) expect(line).toMatch(/^wrong: .*ECONNREFUSED/);
  });
});
