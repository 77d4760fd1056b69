import { describe, expect, test } from "@jest/globals";
import { readConfig } from "../../../app/config.ts";
import { createMonitorFiles } from "./monitoring-files.ts";

const hidden = {
  slack: "https://slack.example/hidden-1",
  telegram: "12345:hidden-2",
  discord: "https://discord.example/hidden-3",
  password: "hidden/4",
  deadman: "https://deadman.example/hidden-5",
  token: "hidden-6-hidden-6",
};
const config = readConfig({
  SLACK_WEBHOOK_URL: hidden.slack,
  TELEGRAM_BOT_TOKEN: hidden.telegram,
  TELEGRAM_CHAT_ID: "-100",
  DISCORD_WEBHOOK_URL: hidden.discord,
  SMTP_URL: "smtp://me:hidden%2F4@mail.example",
  ALERT_EMAIL_TO: "you@example.com",
  DEADMAN_URL: hidden.deadman,
});
const service = { url: "http://127.0.0.1:1", metricsUrl: undefined, alertsToken: hidden.token };
const render = createMonitorFiles(config, service);
const nowhere = { prometheus: undefined, alertmanager: undefined };

describe("Alertmanager's files", () => {
  const inConfig = (version: string | undefined) => {
    const { "alertmanager.yml": text = "" } = render.alertmanager(nowhere, version);
    return Object.entries(hidden).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
  };

  test.each(["0.31.0", "0.32.1", "1.0.0"])("hold every secret in a file of its own for %s", (version) => {
    expect(inConfig(version)).toEqual([]);
    expect(Object.values(render.alertmanager(nowhere, version))).toEqual(expect.arrayContaining(Object.values(hidden)));
  });

  test.each(["0.25.0", "0.30.9", undefined])("hold in the configuration what has no file for %s", (version) => {
    expect(inConfig(version)).toEqual(["telegram", "discord", "deadman"]);
  });

  test("come with the list of what is secret in them", () => {
    expect(render.secrets.toSorted()).toEqual(Object.values(hidden).toSorted());
    expect(createMonitorFiles(readConfig({}), { ...service, alertsToken: undefined }).secrets).toEqual([]);
  });
});
