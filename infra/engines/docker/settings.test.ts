import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { limits } from "../../../app/catalogue/limits.ts";
import { fullSettings, plainSettings } from "../../topology/example-settings.ts";
import type { ServiceName } from "../../topology/listening.ts";
import { markSecret } from "../../topology/secret.ts";
import type { TopologySettings } from "../../topology/settings.ts";
import { createTopology } from "../../topology.ts";
import type { PlannedService } from "../contract.ts";
import { planSynthesised } from "./test-plan.ts";

/** Numbers that nobody would take by himself. */
const unusual = {
  metricsRetention: { days: 11, size: "3GB" },
  tracesRetentionDays: 5,
  memoryMb: { ...plainSettings.memoryMb, api: 1_000, worker: 2_000, comfyui: 300, jaeger: 700, redis: 400 },
} as const satisfies Partial<TopologySettings>;

const stacks = { plain: { ...plainSettings, ...unusual }, full: { ...fullSettings, ...unusual } } as const;
type StackName = keyof typeof stacks;

const planOf = (settings: TopologySettings) => planSynthesised(createTopology(settings), settings.images);
const plans = { plain: planOf(stacks.plain), full: planOf(stacks.full) } as const;

function use(stack: StackName, name: ServiceName): PlannedService {
  const service = plans[stack].find((each) => each.name === name);
  if (service === undefined) throw new Error(`${name} is not deployed`);
  return service;
}

const stackNames = Object.keys(stacks) as readonly StackName[];

const secretFile = (name: string) => `/run/secrets/${name}`;
const linesOf = (text = "") => text.split("\n").map((line) => line.trim());
const jaegerConfig = (stack: StackName) => parse(use(stack, "jaeger").files["/etc/gozcu/jaeger.yml"] ?? "");

describe.each(stackNames)("in a %s stack", (stack) => {
  const settings = stacks[stack];

  describe("variables", () => {
    /** Each with its reason. `undefined` is what must not be there. */
    const rows: readonly (readonly [ServiceName, string, Readonly<Record<string, string | undefined>>])[] = [
      ["grafana", "shows nothing to who has not logged in", { GF_AUTH_ANONYMOUS_ENABLED: "false" }],
      ["grafana", "lets nobody make a user", { GF_USERS_ALLOW_SIGN_UP: "false" }],
      [
        "grafana",
        "reads password and key from files",
        {
          GF_SECURITY_ADMIN_PASSWORD__FILE: secretFile("password"),
          GF_SECURITY_SECRET_KEY__FILE: secretFile("secret-key"),
          GF_SECURITY_ADMIN_PASSWORD: undefined,
          GF_SECURITY_SECRET_KEY: undefined,
        },
      ],
      ["grafana", "shows no metrics without a password", { GF_METRICS_ENABLED: "false" }],
      [
        "grafana",
        "asks nobody outside",
        {
          GF_ANALYTICS_REPORTING_ENABLED: "false",
          GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
          GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
          GF_NEWS_NEWS_FEED_ENABLED: "false",
          GF_PLUGINS_PREINSTALL_DISABLED: "true",
          GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false",
          GF_SECURITY_DISABLE_GRAVATAR: "true",
        },
      ],
      ["grafana", "logs JSON", { GF_LOG_MODE: "console", GF_LOG_CONSOLE_FORMAT: "json" }],
      ["grafana", "is where people find it", { GF_SERVER_ROOT_URL: settings.links.grafana }],
      [
        "grafana",
        "keeps cookies to HTTPS where there is any",
        { GF_SECURITY_COOKIE_SECURE: stack === "full" ? "true" : undefined },
      ],
      [
        "postgres",
        "reads its password from a file",
        { POSTGRES_PASSWORD_FILE: secretFile("password"), POSTGRES_PASSWORD: undefined },
      ],
      ["postgres", "keeps its data in its volume", { PGDATA: "/var/lib/postgresql/pgdata" }],
      ["jaeger", "keeps below its memory", { GOMEMLIMIT: "560MiB" }],
      ["api", "answers other containers", { HOST: "0.0.0.0", OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0" }],
      ["api", "leaves monitoring to the stack", { START_MONITORING: "false" }],
      ["api", "runs no jobs", { ROLE: "api" }],
      ["api", "believes only a proxy of ours", { TRUST_PROXY: stack === "full" ? "1" : undefined }],
      [
        "api",
        "reads its secrets from files",
        { API_KEYS_FILE: secretFile("api-keys"), ALERTS_TOKEN_FILE: secretFile("alerts-token"), API_KEYS: undefined },
      ],
      ["worker", "answers other containers", { HOST: "0.0.0.0", OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0" }],
      ["worker", "leaves monitoring to the stack", { START_MONITORING: "false" }],
      ["worker", "runs jobs only", { ROLE: "worker", API_KEYS_FILE: undefined, ALERTS_TOKEN_FILE: undefined }],
    ];
    test.each(rows)("of %s: it %s", (service, _, wanted) => {
      const { env } = use(stack, service);
      expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, env[name]]))).toEqual(wanted);
    });

    test.each([
      ["api", 1_000],
      ["worker", 2_000],
      ["comfyui", 300],
    ] as const)("of %s: Node's heap leaves room below the memory limit", (service, memoryMb) => {
      const [, heapMb] = /^--max-old-space-size=(\d+)$/.exec(use(stack, service).env.NODE_OPTIONS ?? "") ?? [];
      expect(Number(heapMb)).toBeGreaterThan(memoryMb * 0.5);
      expect(Number(heapMb)).toBeLessThan(memoryMb * 0.75);
    });
  });

  describe("arguments", () => {
    const guard = "--web.config.file=/run/secrets/web.yml";
    const logs = ["--log.level=info", "--log.format=json"];
    const rows: readonly (readonly [ServiceName, string, readonly string[]])[] = [
      ["prometheus", "keeps metrics for as long", ["--storage.tsdb.retention.time=11d"]],
      ["prometheus", "keeps no more metrics", ["--storage.tsdb.retention.size=3GB"]],
      ["prometheus", "keeps them in its volume", ["--storage.tsdb.path=/prometheus"]],
      ["prometheus", "logs JSON", logs],
      ["prometheus", "is where people find it", [`--web.external-url=${settings.links.prometheus}`]],
      ["alertmanager", "logs JSON", logs],
      ["alertmanager", "is where people find it", [`--web.external-url=${settings.links.alertmanager}`]],
      ["alertmanager", "keeps silences in its volume", ["--storage.path=/alertmanager"]],
      ["alertmanager", "listens to no peers", ["--cluster.listen-address="]],
    ];
    test.each(rows)("of %s: it %s", (service, _, wanted) => {
      expect(use(stack, service).args).toEqual(expect.arrayContaining([...wanted]));
    });

    test.each(["prometheus", "alertmanager"] as const)(
      "of %s: it asks for a password where it is published",
      (name) => {
        const { args, secretFiles } = use(stack, name);
        expect(args.includes(guard)).toBe(stack === "full");
        expect(secretFiles[secretFile("web.yml")]).toBe(
          stack === "full" ? `basic_auth_users:\n  gozcu: "${markSecret("monitoring-password-hash")}"\n` : undefined,
        );
      },
    );
  });

  describe("files", () => {
    test("of Jaeger: traces are kept on disk for some days, and logs are JSON", () => {
      const { extensions, service } = jaegerConfig(stack);
      expect(extensions.jaeger_storage.backends.badger.badger).toEqual({
        directories: { keys: "/badger/keys", values: "/badger/values" },
        ephemeral: false,
        ttl: { spans: "120h" },
      });
      expect(service.telemetry.logs.encoding).toBe("json");
    });

    test("of Redis: it writes everything down, forgets nothing, stays below its memory and knows no nameless user", () => {
      const { files, secretFiles } = use(stack, "redis");
      const lines = linesOf(files["/etc/gozcu/redis.conf"]);
      expect(lines).toEqual(
        expect.arrayContaining([
          ...["appendonly yes", "maxmemory 240mb", "maxmemory-policy noeviction", "dir /data"],
          `aclfile ${secretFile("users.acl")}`,
        ]),
      );
      expect(linesOf(secretFiles[secretFile("users.acl")])).toEqual([
        "user default off",
        `user gozcu on >${markSecret("redis-password")} ~* &* +@all`,
        "user health on nopass +ping",
        "",
      ]);
    });

    test("with secrets: each holds its own", () => {
      expect(use(stack, "postgres").secretFiles).toEqual({
        [secretFile("password")]: markSecret("postgres-password"),
      });
      expect(use(stack, "grafana").secretFiles).toMatchObject({
        [secretFile("password")]: markSecret("grafana-password"),
        [secretFile("secret-key")]: markSecret("grafana-secret-key"),
      });
      expect(use(stack, "api").secretFiles).toMatchObject({
        [secretFile("api-keys")]: markSecret("api-keys"),
        [secretFile("alerts-token")]: markSecret("alerts-token"),
      });
    });

    test("of Prometheus: samples are sent on where that is asked for", () => {
      const { remote_write } = parse(use(stack, "prometheus").files["/etc/gozcu/prometheus.yml"] ?? "");
      const access = { username: "gozcu", password_file: secretFile("remote-write-password") };
      expect(remote_write).toEqual(
        stack === "full" ? [{ url: "https://metrics.example/api/v1/write", basic_auth: access }] : undefined,
      );
    });
  });
});

test("Caddy answers for the domain and nobody else, tells browsers to stay with HTTPS, and takes no orders", () => {
  const lines = use("full", "caddy").files["/etc/gozcu/Caddyfile"]?.split("\n") ?? [];
  // What begins a site is not indented.
  expect(lines.filter((line) => /^\S.* \{$/.test(line))).toEqual(["gozcu.example {", "http://:8080 {"]);
  const site = lines.slice(lines.indexOf("gozcu.example {"));
  expect(site.slice(0, site.indexOf("}"))).toContain('\theader Strict-Transport-Security "max-age=31536000"');
  expect(lines.slice(0, lines.indexOf("}")).map((line) => line.trim())).toEqual(
    expect.arrayContaining(["admin off", "email you@gozcu.example", "format json"]),
  );
  expect(plans.plain.map(({ name }) => name)).not.toContain("caddy");
});

test("Postgres and the service have the time to stop that they need", () => {
  const topology = createTopology(plainSettings);
  const find = (name: ServiceName) => topology.find((each) => each.name === name);
  expect(find("postgres")).toMatchObject({ stopSignal: "SIGINT", graceSeconds: 60 });
  for (const name of ["api", "worker"] as const)
    expect(find(name)?.graceSeconds).toBeGreaterThan(limits.shutdownGraceMs / 1_000);
});
