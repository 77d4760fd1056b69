import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { renderRuleFiles } from "../../alerts/rule-files.ts";
import { readDiagnosis, runbookQueries } from "../../alerts/runbooks/diagnosis.ts";
import type { Command } from "../../alerts/runbooks/runbook.ts";
import { alertNames } from "../../app/catalogue/alerts.ts";
import { links } from "../../app/catalogue/links.ts";
import { scrapes } from "../../app/catalogue/scrape.ts";
import { settings } from "../../app/config.ts";
import { productToken, startAlertmanager } from "./alertmanager.ts";
import { type DemoProcess, startDemoProcess } from "./demo-process.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { findProgram, makeFolder, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { apiKey, type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { work } from "./service-work.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const programs = {
  prometheus: findProgram("prometheus"),
  alertmanager: findProgram("prometheus-alertmanager"),
  psql: findProgram("psql"),
  amtool: findProgram("amtool"),
};
const run = promisify(execFile);

/** Long windows are recorded seldom; here they are each second, like all else. */
const rules = Object.fromEntries(
  Object.entries(renderRuleFiles(links)).map(([name, text]) => [
    name,
    text.replaceAll(/interval: \w+/g, "interval: 1s"),
  ]),
);

/** Those that a machine of an operator's alone could answer ask for its GPU, its containers, its disk. */
const isForAnyMachine = (command: Command) => /^(curl|psql|amtool) /.test(command.command(links));
/** By their text: pages share commands. */
const commands = new Map(
  alertNames
    .flatMap(readDiagnosis)
    .filter((step) => "command" in step)
    .filter(isForAnyMachine)
    .map((step) => [step.command(links), step.command]),
);

const suite = Object.values(programs).includes(undefined) ? describe.skip : describe;
suite("the runbooks, on a stack that is well", () => {
  const keep = createKeep();
  let comfyui: DemoProcess;
  let databaseUrl: string;
  let service: ServiceProcess;
  let prometheus: Prometheus;
  let alertmanagerUrl: string;
  let folder: string;

  beforeAll(async () => {
    folder = keep(await makeFolder()).path;
    await mkdir(join(folder, settings.DATA_DIR.default));
    await writeFile(join(folder, settings.DATA_DIR.default, "api-key"), apiKey, { mode: 0o600 });
    const database = keep(await startPostgres());
    databaseUrl = database.url;
    comfyui = keep(await startDemoProcess({ stepMs: 1 }));
    const receiver = keep(await startWebhookReceiver(webhookSecret));
    service = keep(
      await startServiceProcess({
        DATABASE_URL: database.url,
        COMFYUI_URL: comfyui.url,
        ALERTS_TOKEN: productToken,
        REMEDIATION_COMFYUI_COMMAND: "true",
      }),
    );
    const product = { channels: {}, productUrl: `${service.url}/api/alerts` };
    const alertmanager = keep(await startAlertmanager(programs.alertmanager ?? "", product));
    alertmanagerUrl = alertmanager.url;
    const targets = { dashboard: `${service.url}/metrics`, "gozcu-otel": service.metricsUrl };
    prometheus = keep(await startPrometheus(programs.prometheus ?? "", targets, rules, alertmanager.url));
    await eventually(async () => {
      const up = await prometheus.query("up == 1");
      expect(new Set(up.map(({ labels }) => labels.job))).toEqual(new Set(Object.keys(scrapes)));
    });
    await work(service, receiver);
    // A rate needs a series to go up while Prometheus looks.
    await eventually(async () => expect(await prometheus.query("webhook_deliveries_total > 0")).not.toEqual([]));
    await work(service, receiver);
  });

  test.each(runbookQueries())("$alert asks with an answer: $expr", async ({ expr, emptyWhenHealthy }) => {
    await eventually(async () => {
      const answer = await prometheus.query(expr);
      if (!emptyWhenHealthy) expect(answer).not.toEqual([]);
    });
  });

  test.each([...commands])("this command is answered: %s", async (_text, command) => {
    const script = command({
      ...links,
      service: service.url,
      prometheus: prometheus.url,
      alertmanager: alertmanagerUrl,
    })
      .replaceAll(`http://127.0.0.1:${settings.OTEL_EXPORTER_PROMETHEUS_PORT.default}/metrics`, service.metricsUrl)
      .replaceAll("curl -s ", "curl -s --fail-with-body ");
    const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, COMFYUI_URL: comfyui.url };
    const { stderr } = await run("bash", ["--norc", "-euc", script], { cwd: folder, env, timeout: 20_000 });
    expect(stderr).toBe("");
  });
});
