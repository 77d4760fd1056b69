import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { readConfig } from "../../../app/config.ts";
import { createMonitorTopology } from "./monitor-topology.ts";
import { planProcess } from "./plan.ts";

const hidden = {
  slack: "https://slack.example/hidden-1",
  telegram: "12345:hidden-2",
  discord: "https://discord.example/hidden-3",
  password: "hidden/4",
  deadman: "https://deadman.example/hidden-5",
  token: "hidden-6-hidden-6",
};
const environment = {
  SLACK_WEBHOOK_URL: hidden.slack,
  TELEGRAM_BOT_TOKEN: hidden.telegram,
  TELEGRAM_CHAT_ID: "-100",
  DISCORD_WEBHOOK_URL: hidden.discord,
  SMTP_URL: "smtp://me:hidden%2F4@mail.example",
  ALERT_EMAIL_TO: "you@example.com",
  DEADMAN_URL: hidden.deadman,
  WORKER_METRICS: "127.0.0.1:9465",
};
const service = { url: "http://127.0.0.1:1", metricsUrl: undefined, alertsToken: hidden.token };
const topologyFor = (more: Readonly<Record<string, string>>) =>
  createMonitorTopology({ config: readConfig({ ...environment, ...more }), role: "api", service });
const topology = topologyFor({});

/** What the services are given when both programs are installed. */
function plan(version?: string, topology = topologyFor({})) {
  const home = (name: string, port: number) => ({
    program: `/bin/${name}`,
    config: `/gozcu/${name}/config`,
    data: `/gozcu/${name}/data`,
    port,
  });
  const homes = { prometheus: home("prometheus", 2), alertmanager: home("alertmanager", 3) };
  const services = topology.define({
    prometheus: { url: "http://127.0.0.1:2", version: "2.42.0" },
    alertmanager: { url: "http://127.0.0.1:3", version },
  });
  return services.map((one) => planProcess(one, { homes, running: topology.running }));
}

describe("Alertmanager's files", () => {
  const filesFor = (version: string | undefined) => {
    const alertmanager = plan(version).find(({ name }) => name === "alertmanager");
    return { ...alertmanager?.files, ...alertmanager?.secretFiles };
  };
  const inConfig = (version: string | undefined) => {
    const { "/gozcu/alertmanager/config/alertmanager.yml": text = "" } = filesFor(version);
    return Object.entries(hidden).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
  };

  test.each(["0.31.0", "0.32.1", "1.0.0"])("hold every secret in a file of its own for %s", (version) => {
    expect(inConfig(version)).toEqual([]);
    expect(Object.values(filesFor(version))).toEqual(expect.arrayContaining(Object.values(hidden)));
  });

  test.each(["0.25.0", "0.30.9", undefined])("hold in the configuration what has no file for %s", (version) => {
    expect(inConfig(version)).toEqual(["telegram", "discord", "deadman"]);
  });

  test("come with the list of what is secret in them", () => {
    expect(topology.secrets.toSorted()).toEqual(Object.values(hidden).toSorted());
    const without = createMonitorTopology({
      config: readConfig({}),
      role: "all",
      service: { ...service, alertsToken: undefined },
    });
    expect(without.secrets).toEqual([]);
  });
});

describe("the programs", () => {
  test("are told no secret in their arguments or their environment, which everybody on the machine can read", () => {
    for (const { args, env } of plan()) {
      const told = JSON.stringify([args, env]);
      for (const secret of Object.values(hidden)) expect(told).not.toContain(secret);
    }
  });

  test("find the service, its workers and each other, and nothing that does not run", () => {
    const targetsOf = (text = "") =>
      parse(text).scrape_configs.map((job: { job_name: string; static_configs: { targets: string[] }[] }) => [
        job.job_name,
        ...job.static_configs.flatMap(({ targets }) => targets),
      ]);
    const prometheus = plan().find(({ name }) => name === "prometheus");
    expect(targetsOf(prometheus?.files["/gozcu/prometheus/config/prometheus.yml"])).toEqual([
      ["dashboard", "127.0.0.1:1"],
      ["gozcu-otel", "127.0.0.1:9465"],
      ["prometheus", "127.0.0.1:2"],
      ["alertmanager", "127.0.0.1:3"],
    ]);
    const alone = topology.define({ prometheus: { url: "http://127.0.0.1:2", version: undefined } });
    expect(alone.map(({ name }) => name)).toEqual(["prometheus"]);
  });
});

test.each([false, true])("Prometheus takes samples that are written to it only where that is wanted: %p", (wanted) => {
  const args =
    plan(undefined, topologyFor({ PROMETHEUS_RECEIVER: String(wanted) })).find(({ name }) => name === "prometheus")
      ?.args ?? [];
  expect(args).toContain("--web.listen-address=127.0.0.1:2");
  expect(args.includes("--web.enable-remote-write-receiver")).toBe(wanted);
});
