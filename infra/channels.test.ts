import { describe, expect, test } from "@jest/globals";
import { readConfig } from "../app/config.ts";
import { readChannels, renderAudience } from "./channels.ts";

const emailOf = (env: Readonly<Record<string, string>>) =>
  readChannels(readConfig({ ALERT_EMAIL_TO: "one@example.com, two@example.com", ...env })).email;

describe("the channels that the settings turn on", () => {
  test("are none without a secret, and it is said which to set", () => {
    const config = readConfig({});
    expect(readChannels(config)).toEqual({});
    expect(renderAudience(config)).toMatch(/^nobody is told: set SLACK_WEBHOOK_URL, .* or SMTP_URL$/);
  });

  test("are each on by its own secret", () => {
    const config = readConfig({
      SLACK_WEBHOOK_URL: "https://hooks.slack.example/s",
      TELEGRAM_BOT_TOKEN: "1:token",
      TELEGRAM_CHAT_ID: "-100",
      DISCORD_WEBHOOK_URL: "https://discord.example/d",
    });
    expect(readChannels(config)).toEqual({
      slack: { url: "https://hooks.slack.example/s" },
      telegram: { token: "1:token", chatId: "-100", apiUrl: "https://api.telegram.org" },
      discord: { url: "https://discord.example/d" },
    });
    expect(renderAudience(config)).toBe("people are told by slack, telegram, discord");
  });

  test("send e-mail with STARTTLS by the submission port, with the user and password of the address", () => {
    expect(emailOf({ SMTP_URL: "smtp://lookout%40example.com:p%2Fw@mail.example" })).toEqual({
      smarthost: "mail.example:587",
      from: "lookout@example.com",
      to: ["one@example.com", "two@example.com"],
      username: "lookout@example.com",
      password: "p/w",
      requireTls: true,
      implicitTls: false,
    });
  });

  test("send e-mail with TLS from the start where the address says so", () => {
    expect(emailOf({ SMTP_URL: "smtps://mail.example", ALERT_EMAIL_FROM: "gozcu@example.com" })).toMatchObject({
      smarthost: "mail.example:465",
      from: "gozcu@example.com",
      implicitTls: true,
    });
  });

  test.each(["127.0.0.1", "localhost", "[::1]", "host.docker.internal"])(
    "ask no TLS of a server on this machine (%s)",
    (host) => {
      expect(emailOf({ SMTP_URL: `smtp://${host}:2525` })).toMatchObject({
        smarthost: `${host}:2525`,
        requireTls: false,
      });
    },
  );
});
