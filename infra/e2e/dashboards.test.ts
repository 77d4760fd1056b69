import { beforeAll, describe, expect, test } from "@jest/globals";
import { renderRuleFiles } from "../../alerts/rule-files.ts";
import { links } from "../../app/catalogue/links.ts";
import { watchdogName } from "../../app/catalogue/notifications.ts";
import { scrapes } from "../../app/catalogue/scrape.ts";
import { productToken, startAlertmanager } from "./alertmanager.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { filledQueries } from "./panel-queries.ts";
import { findAlertmanager, findProgram, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type ServiceProcess, startServiceProcess, webhookSecret } from "./service-process.ts";
import { work } from "./service-work.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

const programs = { prometheus: findProgram("prometheus"), alertmanager: findAlertmanager() };

/** Long windows are recorded seldom; here they are each second, like all else. */
const rules = Object.fromEntries(
  Object.entries(renderRuleFiles(links)).map(([name, text]) => [
    name,
    text.replaceAll(/interval: \w+/g, "interval: 1s"),
  ]),
);

/** Load tests have a test of their own: there is nothing to see without one. */
const everyday = filledQueries.filter(({ dashboard }) => dashboard !== "load");

const suite = Object.values(programs).includes(undefined) ? describe.skip : describe;
suite("what the dashboards ask a real Prometheus", () => {
  const keep = createKeep();
  let service: ServiceProcess;
  let receiver: WebhookReceiver;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const database = keep(await startPostgres());
    receiver = keep(await startWebhookReceiver(webhookSecret));
    service = keep(
      await startServiceProcess({
        DATABASE_URL: database.url,
        ENABLE_PROFILING: "true",
        ALERTS_TOKEN: productToken,
        REMEDIATION_COMFYUI_COMMAND: "true",
      }),
    );
    const product = { channels: {}, productUrl: `${service.url}/api/alerts` };
    const alertmanager = keep(await startAlertmanager(programs.alertmanager ?? "", product));
    const targets = { dashboard: `${service.url}/metrics`, "gozcu-otel": service.metricsUrl };
    prometheus = keep(await startPrometheus(programs.prometheus ?? "", targets, rules, alertmanager.url));
    await eventually(async () => {
      const up = await prometheus.query("up == 1");
      expect(new Set(up.map(({ labels }) => labels.job))).toEqual(new Set(Object.keys(scrapes)));
    });
  });

  describe("right after the start, before the first job", () => {
    test.each(filledQueries)("$dashboard $panel shows no error: $query", async ({ query }) => {
      expect(await prometheus.query(query)).toBeInstanceOf(Array);
    });

    test("no alert but the Watchdog fires, or is about to", async () => {
      await eventually(async () => {
        const rounds = await prometheus.query(
          'prometheus_rule_group_iterations_total{rule_group=~".*gozcu-alerts"} > 5',
        );
        expect(rounds).toHaveLength(1);
      });
      const fired = await prometheus.query("last_over_time(ALERTS[10m])");
      expect(fired.map(({ labels }) => [labels.alertname, labels.alertstate])).toEqual([[watchdogName, "firing"]]);
    });
  });

  describe("when it works", () => {
    beforeAll(async () => {
      await work(service, receiver);
      // A rate needs a series to go up while Prometheus looks.
      await eventually(async () => expect(await prometheus.query("webhook_deliveries_total > 0")).not.toEqual([]));
      await work(service, receiver);
    });

    test.each(everyday)("$dashboard $panel has data: $query", async ({ query }) => {
      await eventually(async () => {
        const values = (await prometheus.query(query)).map(({ value }) => value);
        expect(values.filter(Number.isFinite)).not.toEqual([]);
      });
    });

    test("the variables have something to choose from", async () => {
      expect((await prometheus.series("target_info")).map(({ service_name }) => service_name)).toEqual(["gozcu"]);
    });
  });
});
