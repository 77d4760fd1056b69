import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { renderRuleFiles } from "../../alerts/rule-files.ts";
import { indexName, renderRunbook, renderRunbookIndex } from "../../alerts/runbook.ts";
import { readDiagnosis, runbookQueries } from "../../alerts/runbooks/diagnosis.ts";
import { defaultPlace, type Place } from "../../alerts/runbooks/place.ts";
import type { Command } from "../../alerts/runbooks/runbook.ts";
import { alertNames } from "../../app/catalogue/alerts.ts";
import { links } from "../../app/catalogue/links.ts";
import { scrapes } from "../../app/catalogue/scrape.ts";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findAlertmanager, findProgram, makeFolder } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { apiKey, type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { work } from "./service-work.ts";
import { startTcpProxy } from "./tcp-proxy.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const programs = {
  prometheus: findProgram("prometheus"),
  alertmanager: findAlertmanager(),
  psql: findProgram("psql"),
  amtool: findProgram("amtool"),
  promtool: findProgram("promtool"),
};
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Long windows are recorded seldom; here they are each second, like all else. */
const rules = Object.fromEntries(
  Object.entries(renderRuleFiles(links)).map(([name, text]) => [
    name,
    text.replaceAll(/interval: \w+/g, "interval: 1s"),
  ]),
);

/** Those that only an operator's own machine could answer: they ask for its GPU, its containers, its TURN server, its Redis. */
const isOfOwnMachine = ({ command }: Command) => /^(nvidia-smi|docker|ss|redis-cli)\b/.test(command(defaultPlace));
/** By their text: pages share commands. */
const commands = new Map(
  alertNames
    .flatMap(readDiagnosis)
    .filter((step) => "command" in step)
    .filter((step) => !isOfOwnMachine(step))
    .map((step) => [step.command(defaultPlace), step]),
);

const suite = Object.values(programs).includes(undefined) ? describe.skip : describe;
suite("the runbooks, on a stack that is well", () => {
  const keep = createKeep();
  let comfyui: DemoProcess;
  let service: ServiceProcess;
  let prometheus: Prometheus;
  /** Nothing of it is where a start without settings has it. */
  let place: Place;

  /** Where those are that were started along, as the service tells when they are ready. */
  async function readMonitoring() {
    return eventually(() => {
      const told = /^alerts: Prometheus (http\S+), Alertmanager (http\S+)$/m.exec(service.messages().join("\n"));
      if (told === null) throw new Error(`no Prometheus and Alertmanager were started along:\n${service.output()}`);
      const [, prometheusUrl = "", alertmanagerUrl = ""] = told;
      return { prometheus: prometheusUrl, alertmanager: alertmanagerUrl };
    });
  }

  beforeAll(async () => {
    const dataFolder = keep(await makeFolder()).path;
    await writeFile(join(dataFolder, "api-key"), apiKey, { mode: 0o600 });
    comfyui = keep(await startDemoProcess({ stepMs: 1 }));
    const receiver = keep(await startWebhookReceiver(webhookSecret));
    // What people reach the service by is not where it listens.
    const upstream = { port: 0 };
    const publicUrl = `http://127.0.0.1:${keep(await startTcpProxy(upstream)).port}`;
    const grafana = "http://grafana.example/under";
    service = keep(
      await startServiceProcess({
        DATA_DIR: dataFolder,
        PUBLIC_URL: publicUrl,
        GRAFANA_URL: grafana,
        COMFYUI_URL: comfyui.url,
        REMEDIATION_COMFYUI_COMMAND: "true",
        START_MONITORING: "true",
        PROMETHEUS_PORT: "0",
        ALERTMANAGER_PORT: "0",
      }),
    );
    upstream.port = Number(new URL(service.url).port);
    const monitoring = await readMonitoring();
    place = {
      ...{ ...defaultPlace, ...monitoring, service: publicUrl, grafana, dataFolder },
      dashboardMetrics: `${service.url}/metrics`,
      otelMetrics: service.metricsUrl,
    };
    // A second one, as the one that was started along looks seldom.
    const targets = { dashboard: place.dashboardMetrics, "gozcu-otel": place.otelMetrics };
    prometheus = keep(await startPrometheus(programs.prometheus ?? "", targets, rules, monitoring.alertmanager));
    await eventually(async () => {
      const up = await prometheus.query("up == 1");
      expect(new Set(up.map(({ labels }) => labels.job))).toEqual(new Set(Object.keys(scrapes)));
    });
    await work(service, receiver);
    // A rate needs a series to go up while Prometheus looks.
    await eventually(async () => expect(await prometheus.query("webhook_deliveries_total > 0")).not.toEqual([]));
    await work(service, receiver);
  });

  async function readPage(name: string): Promise<string> {
    const response = await service.get(`/runbooks/${name}`);
    expect(response.status).toBe(200);
    return response.text();
  }

  test("are served with the addresses that there really are", async () => {
    expect(await readPage(indexName)).toBe(renderRunbookIndex(place));
    for (const name of alertNames) expect(await readPage(name)).toBe(renderRunbook(name, place));
  });

  test.each(runbookQueries())("$alert asks with an answer: $expr", async ({ expr, emptyWhenHealthy }) => {
    await eventually(async () => {
      const answer = await prometheus.query(expr);
      if (!emptyWhenHealthy) expect(answer).not.toEqual([]);
    });
  });

  test.each([...commands])("this command is answered: %s", async (_text, { command, silentWhenHealthy }) => {
    const [, preparation = ""] = /^```sh\n([\s\S]*?)\n```$/m.exec(await readPage(indexName)) ?? [];
    const script = `${preparation}\nexport COMFYUI_URL=${comfyui.url}\n${command(place)}`;
    const strict = script.replaceAll("curl -sS ", "curl -sS --fail-with-body ");
    // Only of errors: npm warns of what it finds in a user's own configuration.
    const env = { PATH: process.env.PATH, npm_config_loglevel: "error" };
    const shell = ["--norc", "-eu", "-o", "pipefail", "-c", strict];
    const { stdout, stderr } = await run("bash", shell, { cwd: root, env, timeout: 20_000 });
    expect(stderr).toBe("");
    if (!silentWhenHealthy) expect(stdout.trim()).not.toBe("");
  });
});
