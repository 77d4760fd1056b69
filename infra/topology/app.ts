import { limits } from "../../app/catalogue/limits.ts";
import { type Guards, guardUser } from "./guard.ts";
import { renderDatabaseUrl } from "./postgres.ts";
import { publish } from "./publish.ts";
import { renderQueueUrl } from "./redis.ts";
import { markSecret } from "./secret.ts";
import { type Addresses, defineService, type Place, type Run } from "./service.ts";
import type { TopologySettings } from "./settings.ts";

/** Of the memory that a program may take, what Node's heap may: the rest is for buffers, code and stacks. */
const heapShare = 0.6;

const renderHeapLimit = (memoryMb: number) => ({
  NODE_OPTIONS: `--max-old-space-size=${Math.floor(memoryMb * heapShare)}`,
});

/** The demo renderer in ComfyUI's place. */
export function defineComfyui({ memoryMb }: Pick<TopologySettings, "memoryMb">) {
  return defineService({
    name: "comfyui",
    help: "the demo renderer, in the place of a ComfyUI",
    image: "app",
    needs: [],
    networks: ["back"],
    memoryMb: memoryMb.comfyui,
    run(_at, place) {
      const { host, port } = place.listen("http");
      return {
        args: ["app/demo-renderer/main.ts", "--host", host, "--port", String(port)],
        env: renderHeapLimit(memoryMb.comfyui),
        health: { url: `http://${place.self("http")}/system_stats` },
      };
    },
  });
}

type Role = "api" | "worker";
type Needs = "postgres" | "redis" | "jaeger" | "comfyui";

/** Settings by their names. */
type Texts = Readonly<Record<string, string>>;

/** What one of the roles is told beside what both are. */
interface Own {
  readonly env?: Texts;
  readonly secrets?: Texts;
}

/** What API and workers have in common; what is secret comes as the file that `NAME_FILE` names. */
function renderRun(
  role: Role,
  settings: TopologySettings,
  at: Addresses<Needs>,
  place: Place<Role>,
  own: Own = {},
): Run {
  const { external, links, app, memoryMb } = settings;
  const secrets: Texts = {
    DATABASE_URL: renderDatabaseUrl(at, settings),
    QUEUE_URL: renderQueueUrl(at, settings),
    WEBHOOK_SECRET: markSecret("webhook-secret"),
    ...(external.has("comfyui") && { COMFYUI_URL: markSecret("comfyui-url") }),
    ...own.secrets,
  };
  const names = Object.keys(secrets);
  const fileOf = (name: string) => name.toLowerCase().replaceAll("_", "-");
  const http = place.listen("http");
  const metrics = place.listen("metrics");
  return {
    args: ["app/main.ts"],
    env: {
      ...app,
      ...renderHeapLimit(memoryMb[role]),
      ROLE: role,
      HOST: http.host,
      PORT: String(http.port),
      // Scratch: everything that is kept is in Postgres, everything secret is given.
      DATA_DIR: "/tmp/gozcu",
      START_MONITORING: "false",
      OTEL_EXPORTER_PROMETHEUS_HOST: metrics.host,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metrics.port),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${at.one("jaeger", "otlp")}`,
      ...(!external.has("comfyui") && { COMFYUI_URL: `http://${at.one("comfyui", "http")}` }),
      PUBLIC_URL: links.service,
      GRAFANA_URL: links.grafana,
      JAEGER_URL: links.jaeger,
      ...own.env,
      ...(settings.domain !== undefined && { TRUST_PROXY: "1" }),
      ...Object.fromEntries(names.map((name) => [`${name}_FILE`, `${place.secrets}/${fileOf(name)}`])),
    },
    secretFiles: Object.fromEntries(names.map((name) => [fileOf(name), secrets[name] ?? ""])),
    health: { url: `http://${place.self("http")}/readyz` },
  };
}

/** Jobs in hand are finished, then everything is closed. */
const graceSeconds = limits.shutdownGraceMs / 1_000 + 15;
/** A new version may have to bring a large database up to date first. */
const readySeconds = 600;
const needs = ["postgres", "redis", "jaeger", "comfyui"] as const;

/** What the API alone is told. A Prometheus that asks for a password is named with it, as the database is. */
function renderOwnOfApi({ appSecrets }: TopologySettings, prometheus: string, isGuarded: boolean): Own {
  const secrets = { API_KEYS: markSecret("api-keys"), ALERTS_TOKEN: markSecret("alerts-token"), ...appSecrets };
  if (!isGuarded) return { env: { PROMETHEUS_URL: `http://${prometheus}` }, secrets };
  const user = `${guardUser}:${markSecret("monitoring-password")}`;
  return { secrets: { ...secrets, PROMETHEUS_URL: `http://${user}@${prometheus}` } };
}

/** The API. */
export function defineApi(settings: TopologySettings & { readonly guards: Guards }) {
  const { memoryMb, replicas, guards } = settings;
  return defineService({
    name: "api",
    help: "the API: jobs, telemetry, health, sessions",
    image: "app",
    needs,
    // The past that its page shows.
    asks: ["prometheus"],
    // The world is where it sends Telegram's check to, and where an external database may be.
    networks: ["front", "back"],
    replicas: replicas.api,
    publish: publish("http", settings.publish.api),
    memoryMb: memoryMb.api,
    graceSeconds,
    readySeconds,
    // A command for remediation runs in it.
    startsPrograms: true,
    run: (at, place) =>
      renderRun("api", settings, at, place, renderOwnOfApi(settings, at.one("prometheus", "http"), guards.prometheus)),
  });
}

/** The workers, which run jobs and deliver webhooks. */
export function defineWorker(settings: TopologySettings) {
  return defineService({
    name: "worker",
    help: "runs jobs and delivers webhooks",
    image: "app",
    needs,
    networks: ["front", "back"],
    replicas: settings.replicas.worker,
    memoryMb: settings.memoryMb.worker,
    graceSeconds,
    readySeconds,
    run: (at, place) => renderRun("worker", settings, at, place),
  });
}
