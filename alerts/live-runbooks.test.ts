import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { alertNames } from "../app/catalogue/alerts.ts";
import { createLiveRunbooks } from "./live-runbooks.ts";
import { renderRunbookFiles } from "./runbook.ts";
import { alertsCommand } from "./runbooks/commands.ts";
import { defaultPlace } from "./runbooks/place.ts";

const elsewhere = {
  service: "https://gozcu.example",
  grafana: "https://grafana.example/sub",
  prometheus: "http://127.0.0.1:19090",
  alertmanager: "http://127.0.0.1:19093",
  dataFolder: "/var/lib/gozcu",
  dashboardMetrics: "http://127.0.0.1:13000/metrics",
  otelMetrics: "http://127.0.0.1:19464/metrics",
} as const;
const names = ["README", ...alertNames];

describe("the runbooks of a service that runs", () => {
  test("are the committed ones until it has learnt other addresses", () => {
    const runbooks = createLiveRunbooks();
    const pages = Object.fromEntries(names.map((name) => [`${name}.md`, runbooks.render(name)]));
    expect(pages).toEqual(renderRunbookFiles(defaultPlace));
  });

  test("lead nowhere but to what it has learnt", () => {
    const runbooks = createLiveRunbooks();
    runbooks.learn(elsewhere);
    const text = names.map((name) => runbooks.render(name)).join("\n");
    const { jaeger: _, ...defaults } = defaultPlace;
    for (const address of Object.values(defaults)) {
      // As a word: `/var/lib/.gozcu` and the port 30001 are other places.
      expect(text.split(/[\s()"'?]+/).filter((word) => word === address || word.startsWith(`${address}/`))).toEqual([]);
    }
    for (const address of Object.values(elsewhere)) expect(text).toContain(address);
  });

  test("keep what was learnt before when more is learnt", () => {
    const runbooks = createLiveRunbooks();
    runbooks.learn({ service: elsewhere.service, dataFolder: elsewhere.dataFolder });
    runbooks.learn({ prometheus: elsewhere.prometheus });
    const page = runbooks.render("Watchdog");
    expect(page).toContain(`curl -sS ${elsewhere.prometheus}/-/ready`);
    expect(page).toContain(`curl -sS ${defaultPlace.alertmanager}/-/ready`);
    expect(page).toContain(`$(cat ${elsewhere.dataFolder}/api-key)" ${elsewhere.service}/api/alerts`);
  });

  test.each(["Unknown", "readme", "watchdog", "constructor", ""])("are none by the name %j", (name) => {
    expect(createLiveRunbooks().render(name)).toBeUndefined();
  });
});

test("a data folder with any name is one word for the shell", async () => {
  const parent = await mkdtemp(join(tmpdir(), "gozcu-"));
  try {
    const dataFolder = join(parent, `it's "my" $HOME`);
    await mkdir(dataFolder);
    await writeFile(join(dataFolder, "api-key"), "the-key");
    const script = alertsCommand.command({ ...defaultPlace, dataFolder }).replace("curl", "printf '%s\\n'");
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect({ lines: stdout.split("\n"), stderr }).toMatchObject({
      lines: expect.arrayContaining(["X-API-Key: the-key"]),
      stderr: "",
    });
  } finally {
    await rm(parent, { recursive: true });
  }
});
