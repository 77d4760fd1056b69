import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { createTopology, type Topology } from "../topology.ts";
import { fullSettings, plainSettings } from "./example-settings.ts";
import { markSecret } from "./secret.ts";
import { createGround } from "./test-ground.ts";

const plain = createTopology(plainSettings);
const full = createTopology(fullSettings);

const AccessSchema = z.object({ username: z.string(), password_file: z.string() });
const TargetsSchema = z.array(z.object({ targets: z.array(z.string()) }));
const PrometheusSchema = z.object({
  alerting: z.object({
    alertmanagers: z.array(z.object({ basic_auth: AccessSchema.optional(), static_configs: TargetsSchema })),
  }),
  remote_write: z.array(z.object({ url: z.string(), basic_auth: AccessSchema.optional() })).optional(),
  scrape_configs: z.array(
    z.object({ job_name: z.string(), basic_auth: AccessSchema.optional(), static_configs: TargetsSchema }),
  ),
});

describe("Prometheus", () => {
  function configOf(topology: Topology) {
    const ground = createGround(topology);
    const { args, liveFiles = {}, secretFiles = {} } = ground.run("prometheus");
    const config = PrometheusSchema.parse(parse(liveFiles["prometheus.yml"] ?? ""));
    return { args, config, secretFiles, secrets: ground.folders("prometheus").secrets };
  }
  const addressesOf = ({ scrape_configs }: z.infer<typeof PrometheusSchema>) =>
    Object.fromEntries(
      scrape_configs.map(({ job_name, static_configs }) => [
        job_name,
        static_configs.flatMap(({ targets }) => targets),
      ]),
    );

  test("asks every replica, and itself", () => {
    expect(addressesOf(configOf(full).config)).toEqual({
      dashboard: ["api-1:3000", "api-2:3000", "api-3:3000"],
      "lookout-otel": [1, 2, 3].map((n) => `api-${n}:9464`).concat([1, 2, 3].map((n) => `worker-${n}:9464`)),
      prometheus: ["127.0.0.1:9090"],
      alertmanager: ["alertmanager-1:9093"],
    });
  });

  test("shows a password to those that ask for one, where they are published, and to nobody else", () => {
    const { args, config, secretFiles, secrets } = configOf(full);
    const access = { username: "gozcu", password_file: `${secrets}/monitoring-password` };
    expect(config.scrape_configs.map(({ job_name, basic_auth }) => [job_name, basic_auth])).toEqual([
      ["dashboard", undefined],
      ["lookout-otel", undefined],
      ["prometheus", access],
      ["alertmanager", access],
    ]);
    expect(config.alerting.alertmanagers).toEqual([
      { basic_auth: access, static_configs: [{ targets: ["alertmanager-1:9093"] }] },
    ]);
    expect(args).toContain(`--web.config.file=${secrets}/web.yml`);
    expect(secretFiles["web.yml"]).toContain(`gozcu: "${markSecret("monitoring-password-hash")}"`);
  });

  test("neither asks for a password nor shows one where nothing is published", () => {
    const { args, config, secretFiles } = configOf(plain);
    expect(JSON.stringify(config)).not.toContain("basic_auth");
    expect(args.join()).not.toContain("--web.config.file");
    expect(secretFiles).toEqual({});
  });

  test.each([
    { where: "is published, and asks for a password", topology: full, taken: true },
    { where: "is reached by other services only, and asks for none", topology: plain, taken: false },
  ])("takes samples that k6 writes: $taken, where it $where", ({ topology, taken }) => {
    expect(configOf(topology).args.includes("--web.enable-remote-write-receiver")).toBe(taken);
  });

  test("shows a password to an Alertmanager that is published alone, and asks for none", () => {
    const topology = createTopology({
      ...plainSettings,
      publish: { alertmanager: { address: "127.0.0.1", port: 9_093 } },
    });
    const { config, secretFiles } = configOf(topology);
    expect(config.alerting.alertmanagers[0]?.basic_auth?.username).toBe("gozcu");
    expect(config.scrape_configs.find(({ job_name }) => job_name === "prometheus")).not.toHaveProperty("basic_auth");
    expect(secretFiles).toEqual({ "monitoring-password": markSecret("monitoring-password") });
  });

  test("sends samples on with the password that is asked for, or without", () => {
    const { config, secretFiles, secrets } = configOf(full);
    expect(config.remote_write).toEqual([
      {
        url: "https://metrics.example/api/v1/write",
        basic_auth: { username: "gozcu", password_file: `${secrets}/remote-write-password` },
      },
    ]);
    expect(secretFiles["remote-write-password"]).toBe(markSecret("remote-write-password"));
    const open = configOf(createTopology({ ...plainSettings, remoteWrite: { url: "https://metrics.example/write" } }));
    expect(open.config.remote_write).toEqual([{ url: "https://metrics.example/write" }]);
    expect(open.secretFiles).toEqual({});
    expect(configOf(plain).config.remote_write).toBeUndefined();
  });
});

describe("Alertmanager", () => {
  const configOf = (topology: Topology) => {
    const { liveFiles = {}, secretFiles = {} } = createGround(topology).run("alertmanager");
    return { live: liveFiles["alertmanager.yml"], secret: secretFiles["alertmanager.yml"] };
  };

  test("tells every replica of the API", () => {
    const { live = "" } = configOf(full);
    expect(live.match(/http:\/\/api-\d:3000\/api\/alerts/g)).toEqual(
      [1, 2, 3].map((n) => `http://api-${n}:3000/api/alerts`),
    );
  });

  test("has its configuration among the secrets only where the version takes some of them nowhere else", () => {
    expect(configOf(full)).toMatchObject({ live: expect.any(String), secret: undefined });
    expect(configOf(createTopology({ ...fullSettings, alertmanagerVersion: "0.25" }))).toMatchObject({
      live: undefined,
      secret: expect.stringContaining(markSecret("telegram-token")),
    });
  });
});

describe("Grafana", () => {
  const sourcesOf = (topology: Topology) => {
    const { files = {} } = createGround(topology).run("grafana");
    return parse(files["provisioning/datasources/gozcu.yml"] ?? "").datasources;
  };

  test("shows a password to the data sources that ask for one", () => {
    const access = {
      basicAuth: true,
      basicAuthUser: "gozcu",
      secureJsonData: {
        basicAuthPassword: `$__file{${createGround(full).folders("grafana").secrets}/monitoring-password}`,
      },
    };
    expect(sourcesOf(full)).toMatchObject([
      { type: "prometheus", url: "http://prometheus:9090", ...access },
      { type: "alertmanager", url: "http://alertmanager:9093", ...access },
      { type: "jaeger", url: "http://jaeger:16686" },
    ]);
    expect(sourcesOf(full)[2]).not.toHaveProperty("basicAuth");
    for (const source of sourcesOf(plain)) expect(source).not.toHaveProperty("basicAuth");
  });
});
