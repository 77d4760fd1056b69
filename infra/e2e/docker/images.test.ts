import { beforeAll, describe, expect, test } from "@jest/globals";
import { hashSync } from "bcryptjs";
import { datasources } from "../../../dashboards/datasources.ts";
import type { Docker } from "../../engines/docker/docker-cli.ts";
import { planServices } from "../../engines/docker/plan.ts";
import { readStack } from "../../stack/stack.ts";
import { images } from "../../topology/images.ts";
import { replaceSecrets } from "../../topology/secret.ts";
import { tellSecret } from "../../topology/test-ground.ts";
import { createTopology } from "../../topology.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { debianBase } from "./debian-base.ts";
import { type HardenedContainer, startHardened } from "./hardened-container.ts";
import { findImageBuilder } from "./image-builder.ts";
import { packagedImages } from "./images/packages.ts";
import { renderStandIns } from "./images/stand-ins.ts";
import { buildImage, buildTestImages, type TestImageName } from "./images.ts";

const found = await findImageBuilder();

const buildDeadlineMs = 1_200_000;
const startDeadlineMs = 120_000;

const password = tellSecret("monitoring-password");
const passwordHash = hashSync(password, 4);
const reveal = (text: string) =>
  replaceSecrets(text, (name) => (name === "monitoring-password-hash" ? passwordHash : tellSecret(name)));

/** The services that are no program of this repository's; with `lines` as `gozcu.yml`. */
function plan(references: Readonly<Record<TestImageName, string>>, lines: readonly string[]) {
  const { topology } = readStack({
    text: [...lines, "images:", `  alertmanager: ${references.alertmanager}`].join("\n"),
    file: "gozcu.yml",
    env: {},
  });
  return planServices("gozcu", createTopology(topology)).filter(({ service }) => service.image !== "app");
}

const published = [
  "domain: gozcu.example",
  "publish:",
  "  prometheus: 127.0.0.1:9090",
  "  alertmanager: 127.0.0.1:9093",
];

const describeWithDocker = found === undefined ? describe.skip : describe;

describeWithDocker("Images of Debian's programs (needs Docker and debootstrap)", () => {
  // Where there is none, nothing of this is run.
  const docker = found as Docker;
  const keep = createKeep();
  const network = `gozcu-images-${process.pid}`;
  /** Where nothing asks for a password. */
  const openNetwork = `${network}-open`;
  let references: Readonly<Record<TestImageName, string>>;
  const containers = new Map<string, HardenedContainer>();

  function use(name: string): HardenedContainer {
    const container = containers.get(name);
    if (container === undefined) throw new Error(`${name} did not start`);
    return container;
  }
  /** What a container gets from an address, with the headers. */
  const get = (from: string, url: string, ...headers: readonly string[]) =>
    use(from).ask("wget", "-q", "-O", "-", ...headers.flatMap((header) => ["--header", header]), url);

  beforeAll(async () => {
    references = await buildTestImages(docker);
    for (const name of [network, openNetwork]) {
      await docker.ask("network", "create", "--internal", name);
      keep({ close: () => docker.ask("network", "rm", name) });
    }
  }, buildDeadlineMs);

  test("are made once for each recipe", async () => {
    expect(await buildTestImages(docker)).toEqual(references);
  });

  test("are called after the version of their program", () => {
    expect(references.alertmanager).toMatch(/^gozcu-test\/alertmanager:0\.\d+\.\d+$/);
    expect(references.postgres).toMatch(/^gozcu-test\/postgres:15\.\d+$/);
  });

  test("that cannot be made say why, and leave no container behind", async () => {
    const complaint = `there is no package ${network}`;
    const recipe = { dockerfile: `FROM ${debianBase}\nRUN echo ${complaint} && exit 7\n` };
    await expect(buildImage(docker, "broken", recipe)).rejects.toThrow(
      new RegExp(`^cannot make the image gozcu-test/broken:\\n.*${complaint}.*code: 7`, "s"),
    );
    const commands = await docker.ask("ps", "--all", "--no-trunc", "--format", "{{.Command}}");
    expect(commands).not.toContain(complaint);
  });

  test("are made in one stage each, of which no image without a name is left", () => {
    const recipes = Object.values({ ...packagedImages, ...renderStandIns("a Node") });
    expect(recipes.map(({ dockerfile }) => dockerfile.match(/^FROM /gm)?.length)).toEqual(recipes.map(() => 1));
  });

  test("the small one has what prepares a volume", async () => {
    const programs = ["find", "chown", "true", "tar", "rm", "sh", "cat", "kill"];
    const run = ["run", "--rm", "--network", "none", references.busybox] as const;
    const said = await docker.ask(...run, "which", ...programs);
    expect(said.trim().split("\n")).toEqual(programs.map((name) => `/busybox/${name}`));
  });

  /** Starts a service as `gozcu.yml` with these lines says. */
  const start = async (name: Exclude<TestImageName, "busybox">, lines: readonly string[], within: string) => {
    const planned = plan(references, lines).find(({ service }) => service.name === name);
    if (planned === undefined) throw new Error(`${name} is not deployed`);
    const place = { docker, network: within, busybox: references.busybox, reveal };
    return keep(await startHardened(place, planned, references[name]));
  };

  const names = ["postgres", "redis", "jaeger", "alertmanager", "prometheus", "grafana", "caddy"] as const;

  test.each(names)(
    "%s becomes ready with no right that a deployed one has not",
    async (name) => {
      const container = await start(name, published, network);
      containers.set(name, container);
      await container.untilReady();
      const { uid } = images[name];
      expect(await container.ask("grep", "Uid", "/proc/1/status")).toBe(`Uid:${`\t${uid}`.repeat(4)}\n`);
      await expect(container.ask("sh", "-c", "echo > /written")).rejects.toThrow(/Read-only file system/);
    },
    startDeadlineMs,
  );

  test.each(["alertmanager", "prometheus"] as const)(
    "%s becomes ready when it asks for no password",
    async (name) => {
      const container = await start(name, [], openNetwork);
      await expect(container.untilReady()).resolves.toBeUndefined();
    },
    startDeadlineMs,
  );

  test("Postgres asks on the network for the password, on its socket for none, and keeps what it was told", async () => {
    const postgres = use("postgres");
    const query = (host: string, file: string, sql: string) =>
      postgres.ask("sh", "-c", `PGPASSWORD=$(cat ${file}) psql -h ${host} -U gozcu -d gozcu -Atc '${sql}'`);
    const overNetwork = postgres.name;
    await query("/var/run/postgresql", "/dev/null", "create table kept as select 7 as n");
    await expect(query(overNetwork, "/etc/hostname", "select 1")).rejects.toThrow(/password authentication failed/);
    await postgres.crash();
    await postgres.untilReady();
    expect(await query(overNetwork, "/run/secrets/password", "select n from kept")).toBe("7\n");
    expect(await postgres.ask("sh", "-c", "which pg_dump pg_restore pg_isready")).toMatch(/pg_isready/);
  });

  test("Redis lets whoever checks its health do nothing else", async () => {
    const asHealth = (...command: readonly string[]) =>
      use("redis").ask("redis-cli", "--user", "health", "--pass", "none", "--no-auth-warning", ...command);
    expect(await asHealth("ping")).toBe("PONG\n");
    expect(await asHealth("get", "x")).toMatch(/NOPERM/);
    expect(await use("redis").ask("redis-cli", "ping")).toMatch(/NOAUTH/);
  });

  test("Caddy finds its configuration valid", async () => {
    const said = use("caddy").ask("caddy", "validate", "--adapter", "caddyfile", "--config", "/etc/gozcu/Caddyfile");
    await expect(said).resolves.toMatch(/Valid configuration/);
  });

  test("Caddy shows the world no metrics and takes no alerts from it, whatever else it does", async () => {
    const caddy = use("caddy");
    // No certificate is to be had here: the same without HTTPS, beside the one that runs.
    const edit = ["-e", "s#^gozcu.example#http://gozcu.example:8081#", "-e", "s#^http://:8080#http://:8082#"];
    await caddy.ask("sh", "-c", `sed "$@" /etc/gozcu/Caddyfile > /config/plain`, "sh", ...edit);
    await docker.ask(
      "exec",
      "--detach",
      caddy.name,
      "caddy",
      "run",
      "--adapter",
      "caddyfile",
      "--config",
      "/config/plain",
    );
    await eventually(() => get("caddy", "http://127.0.0.1:8082/health"));
    const host = ["--header", "host: gozcu.example"] as const;
    const ask = (path: string, ...more: readonly string[]) =>
      caddy.ask("wget", "-S", "-O", "-", ...host, ...more, `http://127.0.0.1:8081${path}`);
    await expect(ask("/metrics")).rejects.toThrow(/404 Not Found/);
    await expect(ask("/api/alerts", "--post-data", "{}")).rejects.toThrow(/404 Not Found/);
    // The API does not run here.
    for (const path of ["/api/ping", "/api/alerts"]) await expect(ask(path)).rejects.toThrow(/50[23] /);
  });

  test("Jaeger's stand-in shows a trace, also after a crash", async () => {
    const jaeger = use("jaeger");
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const now = `${Date.now()}000000`;
    const span = { traceId, spanId: "b7ad6b7169203331", name: "POST /api/jobs", kind: 2, attributes: [] };
    const times = { startTimeUnixNano: now, endTimeUnixNano: now };
    const body = {
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "gozcu" } }] },
          scopeSpans: [{ spans: [{ ...span, ...times }] }],
        },
      ],
    };
    const post = ["--header", "content-type: application/json", "--post-data", JSON.stringify(body)];
    await jaeger.ask("wget", "-q", "-O", "-", ...post, "http://127.0.0.1:4318/v1/traces");
    await jaeger.crash();
    await jaeger.untilReady();
    const services = JSON.parse(await get("jaeger", "http://127.0.0.1:16686/api/services"));
    expect(services).toMatchObject({ data: ["gozcu"], errors: null });
    for (const path of [`/api/traces/${traceId}`, "/api/traces?service=gozcu"]) {
      const { data } = JSON.parse(await get("jaeger", `http://127.0.0.1:16686${path}`));
      expect(data).toMatchObject([{ traceID: traceId, spans: [{ operationName: "POST /api/jobs", processID: "p1" }] }]);
    }
  });

  describe("Grafana's stand-in", () => {
    const address = "http://127.0.0.1:3000/grafana/api";
    const admin = `admin:${tellSecret("grafana-password")}`;
    const login = `authorization: Basic ${Buffer.from(admin).toString("base64")}`;
    const ask = async (path: string) => JSON.parse(await get("grafana", `${address}${path}`, login));

    test("lets nobody in without the password", async () => {
      // What wget ends with when it is not let in.
      await expect(get("grafana", `${address}/search`)).rejects.toThrow(/ended with 6$/);
    });

    test.each(Object.values(datasources))("reaches $type, with the password where it asks for one", async ({ uid }) => {
      expect(await eventually(() => ask(`/datasources/uid/${uid}/health`))).toMatchObject({ status: "OK" });
    });

    test("shows the provisioned dashboards", async () => {
      const [first] = await ask("/search");
      expect(first).toMatchObject({ type: "dash-db", folderTitle: "Gözcü" });
      expect(await ask(`/dashboards/uid/${first.uid}`)).toMatchObject({ dashboard: { title: first.title } });
    });

    test("is the same one after a crash", async () => {
      const { starts } = await ask("/admin/stats");
      await use("grafana").crash();
      await use("grafana").untilReady();
      expect(await ask("/admin/stats")).toMatchObject({ starts: starts + 1 });
    });
  });
});
