import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { alerts } from "../app/catalogue/alerts.ts";
import { writeAlertmanagerFiles } from "../infra/e2e/alertmanager.ts";
import { createKeep } from "../infra/e2e/keep.ts";
import { findProgram, makeFolder } from "../infra/e2e/programs.ts";
import { renderAlertmanagerConfig } from "./alertmanager-config.ts";
import { type Channels, exampleChannels } from "./channels.ts";

const fixed = {
  product: { urls: ["http://product/api/alerts"], tokenFile: "/secrets/token" },
  templateFile: "/templates/gozcu.tmpl",
  secretFolder: "/secrets",
};
const secrets: Channels = {
  slack: { url: "http://slack/hidden-1" },
  telegram: { token: "hidden-2", chatId: "-1001234567890", apiUrl: "http://telegram" },
  discord: { url: "http://discord/hidden-3" },
  email: { ...exampleChannels.email, password: "hidden-4" },
};
const deadmanUrl = "http://heartbeat/hidden-5";

const RouteSchema = z.object({ group_interval: z.string().optional(), repeat_interval: z.string().optional() });
const ConfigSchema = z.object({
  route: RouteSchema.extend({ routes: z.array(RouteSchema) }),
  receivers: z.array(z.looseObject({ name: z.string() })),
});

function receiver(name: string, config: string): unknown {
  return ConfigSchema.parse(parse(config)).receivers.find((one) => one.name === name);
}

describe("Alertmanager's configuration", () => {
  test("has a channel only when it is on", () => {
    expect(receiver("people", renderAlertmanagerConfig({ ...fixed, channels: {} }).config)).toEqual({ name: "people" });
    const { config } = renderAlertmanagerConfig({ ...fixed, channels: { discord: { url: "http://discord/x" } } });
    expect(receiver("people", config)).toMatchObject({ discord_configs: [{ webhook_url: "http://discord/x" }] });
    expect(config).not.toMatch(/slack_configs|telegram_configs|email_configs/);
  });

  test("sends the end of an alert everywhere but to the heartbeat", () => {
    const { config } = renderAlertmanagerConfig({ ...fixed, channels: secrets, deadmanUrl });
    expect(config.match(/send_resolved: true/g)).toHaveLength(5);
    expect(receiver("heartbeat", config)).toEqual({
      name: "heartbeat",
      webhook_configs: [{ url: deadmanUrl, send_resolved: false }],
    });
  });

  test("has no heartbeat without an address", () => {
    const { config } = renderAlertmanagerConfig({ ...fixed, channels: secrets });
    expect(receiver("heartbeat", config)).toEqual({ name: "heartbeat" });
  });

  test("tells every process of the product, each with its token", () => {
    const urls = ["http://product-1/api/alerts", "http://product-2/api/alerts"];
    const { config } = renderAlertmanagerConfig({ ...fixed, product: { ...fixed.product, urls }, channels: {} });
    const http_config = { authorization: { type: "Bearer", credentials_file: "/secrets/token" } };
    expect(receiver("product", config)).toEqual({
      name: "product",
      webhook_configs: urls.map((url) => ({ url, send_resolved: true, http_config })),
    });
  });

  test("keeps out of 0.25's configuration the secrets that it takes as files", () => {
    const { config, secretFiles } = renderAlertmanagerConfig({ ...fixed, channels: secrets, deadmanUrl });
    expect(secretFiles).toEqual({ "slack-url": "http://slack/hidden-1", "smtp-password": "hidden-4" });
    expect(config.match(/hidden-\d/g)?.toSorted()).toEqual(["hidden-2", "hidden-3", "hidden-5"]);
    expect(config).toContain("api_url_file: /secrets/slack-url");
    expect(config).toContain("auth_password_file: /secrets/smtp-password");
  });

  test("keeps every secret out of 0.31's", () => {
    const { config, secretFiles } = renderAlertmanagerConfig({
      ...fixed,
      channels: secrets,
      deadmanUrl,
      version: "0.31",
    });
    expect(config).not.toContain("hidden");
    expect(Object.values(secretFiles)).toHaveLength(5);
    for (const name of Object.keys(secretFiles)) expect(config).toContain(`_file: /secrets/${name}\n`);
  });

  test("speaks TLS from the start where the version can, and refuses where it cannot", () => {
    const email = { ...exampleChannels.email, smarthost: "mail:465", implicitTls: true };
    const render = (changes: object, version?: "0.31") =>
      renderAlertmanagerConfig({
        ...fixed,
        channels: { email: { ...email, ...changes } },
        ...(version && { version }),
      });
    expect(render({}).config).toContain("require_tls: false");
    expect(() => render({ smarthost: "mail:2465" })).toThrow(/mail:2465 with TLS from the start: .* port 465/);
    expect(() => render({ implicitTls: false })).toThrow(/mail:465 without TLS from the start/);
    expect(render({ smarthost: "mail:2465" }, "0.31").config).toContain("force_implicit_tls: true");
  });

  test("scales every time", () => {
    const { config } = renderAlertmanagerConfig({ ...fixed, channels: {}, scale: 0.1 });
    const { route } = ConfigSchema.parse(parse(config));
    const cadences = [route, ...route.routes].map((one) => [one.group_interval, one.repeat_interval]);
    expect(cadences).toEqual([
      ["6s", "4317s"],
      ["1500ms", "5250ms"],
      ["6s", "3s"],
      ["6s", "357s"],
      ["6s", "4317s"],
      ["6s", "8637s"],
      [undefined, undefined],
    ]);
  });
});

const amtool = findProgram("amtool");
(amtool === undefined ? describe.skip : describe)("amtool", () => {
  const keep = createKeep();
  let configFile: string;
  const run = (...args: readonly string[]) => {
    const { status, stdout: said } = spawnSync(amtool ?? "", args, { encoding: "utf8" });
    return { status, said };
  };
  beforeAll(async () => {
    const folder = keep(await makeFolder());
    configFile = await writeAlertmanagerFiles(folder.path, {
      channels: exampleChannels,
      deadmanUrl,
      productUrl: "http://product/api/alerts",
    });
  });

  test("finds nothing wrong with the configuration and its templates", () => {
    expect(run("check-config", configFile)).toMatchObject({ status: 0, said: expect.stringContaining("1 templates") });
  });

  test.each([...new Set(alerts.map(({ name, severity }) => `${name} ${severity}`)), "Unheard-of unknown"])(
    "routes %s to the product, and to people unless it is a sign of life",
    (alert) => {
      const [name, severity] = alert.split(" ");
      const second = name === "Watchdog" ? "heartbeat" : "people";
      const labels = [`alertname=${name}`, `severity=${severity}`];
      const flags = [`--config.file=${configFile}`, `--verify.receivers=product,${second}`];
      expect(run("config", "routes", "test", ...flags, ...labels)).toEqual({ status: 0, said: `product,${second}\n` });
    },
  );
});
