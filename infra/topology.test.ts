import { describe, expect, test } from "@jest/globals";
import { fullSettings, plainSettings } from "./topology/example-settings.ts";
import type { ServiceName } from "./topology/listening.ts";
import { holdsSecret, markSecret, replaceSecrets } from "./topology/secret.ts";
import { defineService } from "./topology/service.ts";
import { mostReplicas } from "./topology/settings.ts";
import { createGround } from "./topology/test-ground.ts";
import { createTopology, orderByNeeds, type Topology } from "./topology.ts";

const plain = createTopology(plainSettings);
const full = createTopology(fullSettings);
const external = createTopology({ ...plainSettings, external: new Set(["postgres", "redis", "comfyui"]) });

const namesOf = (topology: Topology) => topology.map(({ name }) => name);
const networksOf = (topology: Topology, name: ServiceName) => topology.find((one) => one.name === name)?.networks;

describe("services", () => {
  const define = (name: ServiceName, needs: readonly ServiceName[]) =>
    defineService({
      ...{ name, needs, help: "a service", image: "app", networks: ["back"], memoryMb: 1 },
      run: () => ({ args: [], health: { command: ["true"] } }),
    });

  test("come after what they need, and in the order given where nobody needs anybody", () => {
    const services = [
      define("grafana", ["prometheus"]),
      define("prometheus", ["api"]),
      define("api", []),
      define("redis", []),
    ];
    expect(namesOf(orderByNeeds(services))).toEqual(["api", "prometheus", "grafana", "redis"]);
  });

  test("need nothing that is not there", () => {
    expect(orderByNeeds([define("api", ["postgres"])])).toMatchObject([{ name: "api", needs: [] }]);
  });

  test("cannot need each other, and the whole round is told", () => {
    const round = [define("api", ["worker"]), define("worker", ["redis"]), define("redis", ["worker"])];
    expect(() => orderByNeeds(round)).toThrow("services need each other: api → worker → redis → worker");
  });
});

describe("a stack", () => {
  const bundled = ["postgres", "redis", "comfyui"];
  const always = ["jaeger", "api", "worker", "alertmanager", "prometheus", "grafana"];

  test("has everything along", () => {
    expect(namesOf(plain).toSorted()).toEqual([...bundled, ...always].toSorted());
  });

  test("leaves out what is elsewhere, and takes its address as a secret", () => {
    expect(namesOf(external).toSorted()).toEqual(always.toSorted());
    const { env, secretFiles } = createGround(external).run("worker");
    expect(secretFiles).toMatchObject({
      "database-url": markSecret("database-url"),
      "queue-url": markSecret("queue-url"),
      "comfyui-url": markSecret("comfyui-url"),
    });
    expect(env).not.toHaveProperty("COMFYUI_URL");
  });

  test("has HTTPS only with a domain", () => {
    expect(namesOf(full)).toContain("caddy");
    const { env } = createGround(full).run("grafana");
    expect(env).toMatchObject({ GF_SERVER_SERVE_FROM_SUB_PATH: "true", GF_SECURITY_COOKIE_SECURE: "true" });
    expect(createGround(full).run("api").env).toMatchObject({ TRUST_PROXY: "1" });
    expect(createGround(plain).run("api").env).not.toHaveProperty("TRUST_PROXY");
  });

  test("sends HTTPS to every replica of the API, and keeps the metrics from the world", () => {
    const { Caddyfile = "" } = createGround(full).run("caddy").files ?? {};
    expect(Caddyfile).toContain("reverse_proxy api-1:3000 api-2:3000 api-3:3000 {");
    expect(Caddyfile).toMatch(/@inside \{\s+path \/metrics\*\s+\}/);
    expect(Caddyfile).toMatch(/@reports \{\s+path \/api\/alerts\*\s+method POST\s+\}/);
    for (const name of ["inside", "reports"])
      expect(Caddyfile).toMatch(new RegExp(`handle @${name} \\{\\s+respond 404\\s+\\}`));
    expect(Caddyfile).toMatch(/handle \/grafana\* \{\n\t+reverse_proxy grafana:3000\n/);
  });

  test("publishes nothing that is not named", () => {
    for (const { publish } of [...plain, ...external]) expect(publish).toEqual([]);
  });

  test("publishes what is named where it is told, and HTTPS to the world", () => {
    const published = full.flatMap(({ name, publish }) => publish.map((one) => ({ name, ...one })));
    expect(published.filter(({ address }) => address !== "127.0.0.1")).toEqual([
      { name: "caddy", port: "http", address: "0.0.0.0", hostPort: 80 },
      { name: "caddy", port: "https", address: "0.0.0.0", hostPort: 443 },
    ]);
    expect(
      published
        .filter(({ address }) => address === "127.0.0.1")
        .map(({ name, port }) => `${name} ${port}`)
        .toSorted(),
    ).toEqual(["alertmanager http", "api http", "grafana http", "jaeger ui", "prometheus http"]);
  });

  test("keeps its databases where the world cannot be reached, and what is published where it can", () => {
    for (const topology of [plain, full])
      for (const name of ["postgres", "redis"] as const) expect(networksOf(topology, name)).toEqual(["back"]);
    for (const { networks, publish } of full) if (publish.length > 0) expect(networks).toContain("front");
    for (const name of ["prometheus", "jaeger"] as const) expect(networksOf(plain, name)).toEqual(["back"]);
  });

  test("lets Prometheus out when samples are sent on", () => {
    const sending = createTopology({ ...plainSettings, remoteWrite: { url: "https://metrics.example/write" } });
    expect(networksOf(sending, "prometheus")).toEqual(["front", "back"]);
  });

  test("has every secret in secret files and nowhere else", () => {
    for (const topology of [plain, full, external, createTopology({ ...fullSettings, alertmanagerVersion: "0.25" })])
      for (const { name } of topology) {
        const { secretFiles: _, ...shown } = createGround(topology).run(name);
        expect([name, holdsSecret(JSON.stringify(shown))]).toEqual([name, false]);
      }
  });

  test("tells the API, and nobody else of ours, where Prometheus is, with its password where that asks for one", () => {
    const open = createGround(plain).run("api");
    expect(open.env?.PROMETHEUS_URL).toBe("http://prometheus:9090");
    expect(open.secretFiles).not.toHaveProperty("prometheus-url");
    const guarded = createGround(full).run("api");
    expect(guarded.env).not.toHaveProperty("PROMETHEUS_URL");
    expect(guarded.secretFiles?.["prometheus-url"]).toBe(
      `http://gozcu:${markSecret("monitoring-password")}@prometheus:9090`,
    );
    for (const topology of [plain, full])
      expect(JSON.stringify(createGround(topology).run("worker"))).not.toContain("prometheus");
  });

  test("gives no service a secret of another", () => {
    const secretsOf = (name: ServiceName) => {
      const found = new Set<string>();
      const { secretFiles = {} } = createGround(full).run(name);
      for (const text of Object.values(secretFiles)) replaceSecrets(text, (secret) => found.add(secret) && "");
      return [...found].toSorted();
    };
    expect(Object.fromEntries(namesOf(full).map((name) => [name, secretsOf(name)]))).toEqual({
      postgres: ["postgres-password"],
      redis: ["redis-password"],
      comfyui: [],
      jaeger: [],
      api: [
        "alerts-token",
        "api-keys",
        "monitoring-password",
        "postgres-password",
        "redis-password",
        "remediation-comfyui-command",
        "webhook-secret",
      ],
      worker: ["postgres-password", "redis-password", "webhook-secret"],
      alertmanager: [
        ...["alerts-token", "deadman-url", "discord-url", "monitoring-password", "monitoring-password-hash"],
        ...["slack-url", "smtp-password", "telegram-token"],
      ],
      prometheus: ["monitoring-password", "monitoring-password-hash", "remote-write-password"],
      grafana: ["grafana-password", "grafana-secret-key", "monitoring-password"],
      caddy: [],
    });
  });

  test("tells the service where its secrets are by the files that it reads them from", () => {
    for (const name of ["api", "worker"] as const) {
      const ground = createGround(full);
      const { env = {}, secretFiles = {} } = ground.run(name);
      const named = Object.entries(env).filter(([key]) => key.endsWith("_FILE"));
      expect(named.map(([, path]) => path.replace(`${ground.folders(name).secrets}/`, "")).toSorted()).toEqual(
        Object.keys(secretFiles).toSorted(),
      );
    }
  });

  test("has room in its database for as many replicas as there may be, so that one more does not restart it", () => {
    const connections = (topology: Topology) =>
      Number(/max_connections=(\d+)/.exec(createGround(topology).run("postgres").args.join(" "))?.[1]);
    expect(connections(plain)).toBe(mostReplicas * (15 + 30) + 20);
    expect(connections(full)).toBe(connections(plain));
  });
});
