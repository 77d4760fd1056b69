import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { links } from "../../app/catalogue/links.ts";
import { monitoring } from "../../app/catalogue/monitoring.ts";
import { readConfig } from "../../app/config.ts";
import { baseImages, images } from "../topology/images.ts";
import { holdsSecret, markSecret, replaceSecrets } from "../topology/secret.ts";
import { usualMemoryMb } from "../topology/settings.ts";
import { createTopology } from "../topology.ts";
import { problemsOf, readTestStack } from "./test-stack.ts";

/** Everything that can be given. */
const secrets = {
  DATABASE_URL: "postgres://user:db-pass@db.example/gozcu",
  QUEUE_URL: "redis://:queue-pass@redis.example",
  COMFYUI_URL: "http://comfy.example:8188",
  API_KEYS: "first-key-0123456789, second-key-0123456789",
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  ALERTS_TOKEN: "alerts-token-0123456789",
  SLACK_WEBHOOK_URL: "https://hooks.slack.example/slack-secret",
  TELEGRAM_BOT_TOKEN: "1:telegram-secret",
  DISCORD_WEBHOOK_URL: "https://discord.example/discord-secret",
  SMTP_URL: "smtp://lookout%40example.com:smtp%2Fsecret@mail.example",
  DEADMAN_URL: "https://heartbeat.example/deadman-secret",
  REMEDIATION_COMFYUI_COMMAND: "restart --password remediation-secret",
  REMOTE_WRITE_PASSWORD: "remote-secret",
};
const everything = `
remoteWrite: { url: https://storage.example/write, username: writer }
app: { TELEGRAM_CHAT_ID: -100, ALERT_EMAIL_TO: "a@example.com, b@example.com", LOG_LEVEL: debug }
`;

describe("a stack", () => {
  test("is the documented one when nothing is set", () => {
    const { name, topology, buildApp, given, baseImages: bases } = readTestStack();
    expect({ name, buildApp, given, bases }).toEqual({ name: "gozcu", buildApp: true, given: {}, bases: baseImages });
    expect(topology).toEqual({
      publish: {
        api: { address: "127.0.0.1", port: 3000 },
        grafana: { address: "127.0.0.1", port: 3001 },
        jaeger: { address: "127.0.0.1", port: 16686 },
      },
      external: new Set(),
      replicas: { api: 1, worker: 1 },
      metricsRetention: { days: monitoring.retentionDays, size: monitoring.retentionSize },
      tracesRetentionDays: 7,
      memoryMb: usualMemoryMb,
      images: Object.fromEntries(Object.entries(images).map(([image, { reference }]) => [image, reference])),
      channels: {},
      alertmanagerVersion: "0.31",
      links,
      app: {},
      appSecrets: {},
    });
  });

  test("is read from the file and from the environment, which wins", () => {
    const file = "name: lookout\npublish: { grafana: 4001 }\nmemory: { api: 600 }\napp: { RATE_LIMIT: enforce }";
    const { name, topology } = readTestStack(file, {
      GOZCU_PUBLISH_GRAFANA: "0.0.0.0:5001",
      GOZCU_RETENTION_TRACES_DAYS: "3",
      RATE_LIMIT: "off",
      LOG_LEVEL: "warn",
    });
    expect(name).toBe("lookout");
    expect(topology.publish.grafana).toEqual({ address: "0.0.0.0", port: 5001 });
    expect(topology.memoryMb).toEqual({ ...usualMemoryMb, api: 600 });
    expect(topology.tracesRetentionDays).toBe(3);
    expect(topology.app).toEqual({ RATE_LIMIT: "off", LOG_LEVEL: "warn" });
  });

  test("does not look at settings of npm start in the environment that the topology decides", () => {
    const env = { PORT: "3000", HOST: "laptop", NODE_ENV: "development", OTEL_EXPORTER_OTLP_ENDPOINT: "http://x:4318" };
    expect(readTestStack("", env)).toEqual(readTestStack());
  });

  test("counts what is empty as not set", () => {
    expect(readTestStack("name:\npublish:\n  # api: 1\napp:\n  LOG_LEVEL: ''\n", { GOZCU_DOMAIN: "" })).toEqual(
      readTestStack(),
    );
  });

  test("takes images as they are named, and builds the service's own only when none is", () => {
    const {
      topology,
      buildApp,
      baseImages: bases,
    } = readTestStack("images: { app: registry.example:5000/gozcu:1.2.3, node: mirror.example/node:24, redis: r:8 }");
    expect(buildApp).toBe(false);
    expect(topology.images).toMatchObject({ app: "registry.example:5000/gozcu:1.2.3", redis: "r:8" });
    expect(bases).toEqual({ ...baseImages, node: "mirror.example/node:24" });
  });

  test.each([
    ["prom/alertmanager:v0.25.0", "0.25"],
    ["registry.example:5000/alertmanager:0.31.1-mine", "0.31"],
    ["alertmanager:mine", "0.31"],
    [`prom/alertmanager@sha256:${"a".repeat(64)}`, "0.31"],
  ])("knows what an Alertmanager like %s understands", (image, version) => {
    expect(readTestStack(`images: { alertmanager: "${image}" }`).topology.alertmanagerVersion).toBe(version);
  });
});

describe("where people find the pages", () => {
  const linksOf = (text: string) => readTestStack(text).topology.links;

  test("is where they are published", () => {
    expect(
      linksOf("publish: { api: 0.0.0.0:80, grafana: 10.1.2.3:3001, jaeger: '[::1]:9', prometheus: 9090 }"),
    ).toEqual({
      service: "http://localhost:80",
      grafana: "http://10.1.2.3:3001",
      jaeger: "http://[::1]:9",
      prometheus: "http://127.0.0.1:9090",
      alertmanager: links.alertmanager,
    });
  });

  test("is below the domain, for what Caddy serves", () => {
    const { topology } = readTestStack("domain: gozcu.example.com\nacme: { email: me@example.com }");
    expect(topology.domain).toEqual({ name: "gozcu.example.com", email: "me@example.com" });
    expect(topology.links).toEqual({
      ...links,
      service: "https://gozcu.example.com",
      grafana: "https://gozcu.example.com/grafana",
    });
  });

  test("can be a proxy of the operator's own", () => {
    const { topology } = readTestStack(
      "app: { PUBLIC_URL: https://a.example/, GRAFANA_URL: https://b.example, TRUST_PROXY: 1 }",
    );
    expect(topology.links).toMatchObject({ service: "https://a.example", grafana: "https://b.example" });
    expect(topology.app).toEqual({ TRUST_PROXY: "1" });
  });

  test("is the domain alone for several replicas of the API, which cannot share a port", () => {
    const { publish } = readTestStack("domain: gozcu.example.com\nreplicas: { api: 2 }").topology;
    expect(Object.keys(publish)).toEqual(["grafana", "jaeger"]);
  });
});

describe("secrets of a stack", () => {
  test("are marks in the topology, and stand nowhere but in what was given", () => {
    const { topology, given } = readTestStack(everything, secrets);
    const told = JSON.stringify({ ...topology, external: [...topology.external] });
    for (const [name, text] of Object.entries(secrets)) expect([name, told.includes(text)]).toEqual([name, false]);
    expect(told).not.toMatch(/smtp\/secret|db-pass/);
    expect(given).toEqual({
      "database-url": secrets.DATABASE_URL,
      "queue-url": secrets.QUEUE_URL,
      "comfyui-url": secrets.COMFYUI_URL,
      "api-keys": secrets.API_KEYS,
      "webhook-secret": secrets.WEBHOOK_SECRET,
      "alerts-token": secrets.ALERTS_TOKEN,
      "slack-url": secrets.SLACK_WEBHOOK_URL,
      "telegram-token": secrets.TELEGRAM_BOT_TOKEN,
      "discord-url": secrets.DISCORD_WEBHOOK_URL,
      "smtp-password": "smtp/secret",
      "deadman-url": secrets.DEADMAN_URL,
      "remediation-comfyui-command": secrets.REMEDIATION_COMFYUI_COMMAND,
      "remote-write-password": secrets.REMOTE_WRITE_PASSWORD,
    });
    expect(topology.external).toEqual(new Set(["postgres", "redis", "comfyui"]));
    expect(topology.deadmanUrl).toBe(markSecret("deadman-url"));
    expect(topology.remoteWrite).toEqual({ url: "https://storage.example/write", username: "writer" });
    expect(topology.channels).toEqual({
      slack: { url: markSecret("slack-url") },
      telegram: { token: markSecret("telegram-token"), chatId: "-100", apiUrl: "https://api.telegram.org" },
      discord: { url: markSecret("discord-url") },
      email: expect.objectContaining({ username: "lookout@example.com", password: markSecret("smtp-password") }),
    });
  });

  test("are given by files too", () => {
    const file = join(mkdtempSync(join(tmpdir(), "gozcu-test-")), "secret");
    writeFileSync(file, `${secrets.DEADMAN_URL}\n`);
    expect(readTestStack("", { DEADMAN_URL_FILE: file }).given).toEqual({ "deadman-url": secrets.DEADMAN_URL });
  });

  test("are no password where the mail server asks for none", () => {
    const { given, topology } = readTestStack("app: { ALERT_EMAIL_TO: a@example.com }", {
      SMTP_URL: "smtp://mail.example",
    });
    expect(given).toEqual({});
    expect(holdsSecret(JSON.stringify(topology.channels))).toBe(false);
  });

  test.each(["SLACK_WEBHOOK_URL", "app.SLACK_WEBHOOK_URL", "app.API_KEYS", "REMOTE_WRITE_PASSWORD"])(
    "are refused in the file, and not repeated (%s)",
    (path) => {
      const [problem = "", ...further] = problemsOf(`# first line\n${path}: hunter2`);
      const name = path.replace("app.", "");
      expect(further).toEqual([]);
      expect(problem).toBe(
        `gozcu.yml:2: ${path} is secret, and this file is no place for secrets: set ${name} or ${name}_FILE in the environment`,
      );
    },
  );

  test("are never told when they do not fit", () => {
    const wrong = Object.fromEntries(Object.keys(secrets).map((name) => [name, "localhost hunter2"]));
    const problems = problemsOf("remoteWrite: { password: hunter2 }", wrong);
    expect(problems.length).toBeGreaterThan(8);
    expect(problems.join("\n")).not.toContain("hunter2");
  });

  test.each([
    ["https", ["remoteWrite.url", "acme.directory", "app.PUBLIC_URL", "app.GRAFANA_URL", "app.TELEGRAM_API_URL"]],
    [
      "htp",
      ["remoteWrite.url", "acme.directory", "app.PUBLIC_URL", "app.WORKER_CONCURRENCY", "images.redis", "domain"],
    ],
  ])("are never told where an address should hold none (%s)", (scheme, paths) => {
    for (const path of paths) {
      const text = `${path.replace(".", ": { ")}: "${scheme}://me:hunter2@host.example/"${path.includes(".") ? " }" : ""}`;
      const problems = problemsOf(text);
      expect(problems).toContainEqual(expect.stringContaining(`gozcu.yml:1: ${path} must `));
      expect(problems.join("\n")).not.toContain("hunter2");
    }
  });

  test.each(["SLACK_WEBHOOK_URL", "DISCORD_WEBHOOK_URL", "DEADMAN_URL", "COMFYUI_URL"])("are one line (%s)", (name) => {
    expect(problemsOf("", { [name]: "https://hooks.example/a\nb" })).toEqual([
      `${name} must be one line without control characters`,
    ]);
  });
});

describe("what API and workers are given", () => {
  const at = { one: (name: string) => `${name}:1`, each: (name: string) => [`${name}:1`] };
  const place = {
    listen: () => ({ host: "0.0.0.0", port: 1 }),
    self: () => "127.0.0.1:1",
    ...{ files: "/files", secrets: "/secrets", data: "/data" },
  };

  test.each([
    ["api", everything, secrets],
    ["worker", everything, secrets],
    ["api", "domain: gozcu.example.com", {}],
    ["worker", "", {}],
  ] as const)("is what the service itself takes (%s with %j)", (role, text, env) => {
    const { topology, given } = readTestStack(text, env);
    const run = createTopology(topology)
      .find(({ name }) => name === role)
      ?.run(at, place);
    const secretOf = (file: string) =>
      replaceSecrets(
        run?.secretFiles?.[file.slice("/secrets/".length)] ?? "",
        (name) => given[name] ?? secretFor(name),
      );
    const config = readConfig(
      Object.fromEntries(
        Object.entries(run?.env ?? {}).map(([name, value]) =>
          name.endsWith("_FILE") ? [name.slice(0, -"_FILE".length), secretOf(value)] : [name, value],
        ),
      ),
    );
    expect(config).toMatchObject({ ROLE: role, PUBLIC_URL: topology.links.service });
  });

  /** One that was made. */
  function secretFor(name: string): string {
    return name === "webhook-secret" ? secrets.WEBHOOK_SECRET : `made-${name}-0123456789`;
  }
});
