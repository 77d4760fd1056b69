import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readConfig } from "../../../app/config.ts";
import { eventually } from "../../e2e/eventually.ts";
import { findAlertmanager, makeFolder } from "../../e2e/programs.ts";
import { createSilences } from "../../silence/silences.ts";
import { createMonitorTopology } from "./monitor-topology.ts";
import { startMonitoring } from "./monitoring.ts";
import { giveOtherFiles } from "./other-files.ts";

/** One message at once, and the next after half a day. */
const renderConfig = (url: string) => `
route: { receiver: people, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 12h }
receivers: [{ name: people, webhook_configs: [{ url: "${url}" }] }]
`;

let messages = 0;
const people = createServer((request, answer) => {
  messages += 1;
  request.resume();
  answer.end();
});
let folder: Awaited<ReturnType<typeof makeFolder>>;
let url: string;
beforeAll(async () => {
  folder = await makeFolder();
  await once(people.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(people.address() as AddressInfo).port}`;
});
afterAll(async () => {
  people.close();
  people.closeAllConnections();
  await folder.close();
});

const topology = createMonitorTopology({
  config: readConfig({}),
  role: "all",
  service: { url: "http://127.0.0.1:1", metricsUrl: undefined, alertsToken: "a token" },
});

async function start() {
  const monitoring = await startMonitoring({
    folder: folder.path,
    env: { PATH: process.env.PATH ?? "" },
    ports: { prometheus: 0, alertmanager: 0 },
    topology: giveOtherFiles(topology, "alertmanager", { "alertmanager.yml": renderConfig(url) }),
    log: () => {},
    signal: new AbortController().signal,
  });
  const { alertmanager } = monitoring.outcome;
  if (alertmanager.state !== "running") throw new Error(`it does not run: ${JSON.stringify(alertmanager)}`);
  return { ...monitoring, url: alertmanager.url, silences: createSilences({ url: alertmanager.url }) };
}

async function fire(alertmanager: string): Promise<void> {
  const { ok } = await fetch(`${alertmanager}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ labels: { alertname: "ComfyuiDown" } }]),
  });
  expect(ok).toBe(true);
}

const withAlertmanager = findAlertmanager() === undefined ? test.skip : test;

withAlertmanager("an alert that was told of before a restart is told of again after it; silences stay", async () => {
  const before = await start();
  const { id } = await before.silences.create({ alertNames: ["DatabaseDown"], seconds: 3_600, reason: "x", by: "me" });
  await fire(before.url);
  await eventually(() => expect(messages).toBe(1));
  await before.close();

  const after = await start();
  try {
    expect(await after.silences.list()).toMatchObject([{ id }]);
    await fire(after.url);
    await eventually(() => expect(messages).toBe(2));
  } finally {
    await after.close();
  }
});
