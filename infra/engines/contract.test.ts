import { describe, expect, test } from "@jest/globals";
import { exampleChannels } from "../../alerts/channels.ts";
import { readConfig } from "../../app/config.ts";
import { fullSettings, plainSettings } from "../topology/example-settings.ts";
import { holdsSecret } from "../topology/secret.ts";
import { createTopology, type Topology } from "../topology.ts";
import { type EnginePlan, findMissingFiles, findStrangeAddresses, type PlanTopology } from "./contract.ts";
import { planSynthesised } from "./docker/test-plan.ts";
import { createMonitorTopology } from "./process/monitor-topology.ts";
import { planProcesses } from "./process/plan.ts";

const planDocker: PlanTopology = (topology) => planSynthesised(topology, plainSettings.images);

const watched = createMonitorTopology({
  config: readConfig({
    WORKER_METRICS: "127.0.0.1:9465",
    SMTP_URL: "smtp://mail.example",
    ALERT_EMAIL_TO: "a@b.example",
  }),
  role: "api",
  service: { url: "http://127.0.0.1:3000", metricsUrl: "http://127.0.0.1:9464/metrics", alertsToken: "a token" },
});
const home = (name: string, port: number) => ({
  program: `/usr/bin/${name}`,
  config: `/gozcu/${name}/config`,
  data: `/gozcu/${name}/data`,
  port,
});
const planProcess: PlanTopology = (topology) =>
  planProcesses(topology, {
    homes: { prometheus: home("prometheus", 9_090), alertmanager: home("alertmanager", 9_093) },
    running: watched.running,
  });
/** The service, Grafana and the mail server, which are not the engine's. */
const beside = ["127.0.0.1:3000", "127.0.0.1:3001", "mail.example:587"];
const found = { url: "http://127.0.0.1:9093", version: "0.25.0" };

/** Where people look, and what takes mail. */
const outside = [
  ...Object.values(plainSettings.links).map((url) => new URL(url).host),
  exampleChannels.email.smarthost,
];

interface Row {
  readonly engine: string;
  readonly stack: string;
  readonly plan: PlanTopology;
  readonly topology: Topology;
  /** What answers outside the topology. */
  readonly elsewhere: readonly string[];
}

const rows: readonly Row[] = [
  ...Object.entries({
    "nothing published": plainSettings,
    "everything asked for": fullSettings,
    "an old Alertmanager": { ...fullSettings, alertmanagerVersion: "0.25" as const },
    "nothing bundled": { ...plainSettings, external: new Set(["postgres", "redis", "comfyui"] as const) },
  }).map(([stack, settings]) => ({
    ...{ engine: "docker", stack, plan: planDocker, topology: createTopology(settings) },
    elsewhere: outside,
  })),
  {
    ...{ engine: "process", stack: "both programs", plan: planProcess },
    topology: watched.define({ prometheus: { url: "http://127.0.0.1:9090", version: "2.42.0" }, alertmanager: found }),
    elsewhere: [...beside, "127.0.0.1:9464", "127.0.0.1:9465"],
  },
  {
    ...{ engine: "process", stack: "Alertmanager alone", plan: planProcess },
    topology: watched.define({ alertmanager: found }),
    elsewhere: beside,
  },
];

describe.each(rows)("the engine $engine with $stack", ({ plan, topology, elsewhere }) => {
  const planned = plan(topology);
  const names = planned.map(({ name }) => name);

  test("runs every service once", () => {
    expect(names.toSorted()).toEqual(topology.map(({ name }) => name).toSorted());
    expect(new Set(names).size).toBe(names.length);
  });

  test("starts each after what it needs", () => {
    for (const [index, { name, after }] of planned.entries()) {
      const needs = topology.find((service) => service.name === name)?.needs ?? [];
      expect(after).toEqual(expect.arrayContaining(needs.filter((need) => names.includes(need))));
      for (const need of after) expect(names.slice(0, index)).toContain(need);
    }
  });

  test("runs images with their version, or programs", () => {
    for (const { runs } of planned) {
      if ("program" in runs) expect(runs.program).toMatch(/^\/.*[^/]$/);
      else expect(runs.image).toMatch(/:(?!latest$)[\w.-]+$/);
    }
  });

  test("can tell of each whether it is ready, by asking that one", () => {
    for (const { health, ports } of planned) {
      if ("url" in health) {
        const { hostname, port } = new URL(health.url);
        expect([hostname, ports]).toEqual(["127.0.0.1", expect.arrayContaining([Number(port || 80)])]);
      } else expect(health.command.length).toBeGreaterThan(0);
    }
  });

  test("gives each every file that it is told of", () => {
    for (const service of planned) expect([service.name, ...findMissingFiles(service)]).toEqual([service.name]);
  });

  test("names only addresses where somebody answers", () => {
    expect(findStrangeAddresses(planned).filter(([, address]) => !elsewhere.includes(address))).toEqual([]);
  });

  test("gives arguments and environment as text in which everything is resolved", () => {
    for (const { args, env } of planned) {
      for (const text of [...args, ...Object.values(env)]) {
        expect(typeof text).toBe("string");
        expect(text).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  });

  test("shows no secret to others", () => {
    for (const { secretFiles: _, ...shown } of planned) expect(holdsSecret(JSON.stringify(shown))).toBe(false);
  });

  test("plans the same twice", () => {
    expect(plan(topology)).toEqual(planned);
  });
});

describe("the contract", () => {
  const plan = planDocker(createTopology(fullSettings));
  const change = (name: string, edit: (text: string) => string): EnginePlan =>
    plan.map((service) => (service.name === name ? { ...service, args: service.args.map(edit) } : service));

  test("finds a file that is named and not there", () => {
    const [broken] = change("jaeger", (arg) => arg.replace("jaeger.yml", "other.yml")).filter(
      ({ name }) => name === "jaeger",
    );
    expect(broken && findMissingFiles(broken)).toEqual(["/etc/gozcu/other.yml"]);
  });

  test("finds an address at which nobody answers, and another's own", () => {
    const own = (address: string) => change("jaeger", () => `--there=${address}`);
    const strangeIn = (broken: EnginePlan) => findStrangeAddresses(broken).filter(([name]) => name === "jaeger");
    expect(strangeIn(own("postgres:5433"))).toEqual([["jaeger", "postgres:5433"]]);
    expect(strangeIn(own("0.0.0.0:9093"))).toEqual([["jaeger", "0.0.0.0:9093"]]);
    expect(strangeIn(own("postgres:5432"))).toEqual([]);
  });
});
