import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { alertNames, alertsNamed } from "../app/catalogue/alerts.ts";
import { settings } from "../app/settings.ts";
import { readSeriesNames } from "../infra/metric-usage.ts";
import packageJson from "../package.json" with { type: "json" };
import { renderAlertRules } from "./alert-rules.ts";
import { renderRunbook, renderRunbookFiles } from "./runbook.ts";
import { runbookQueries } from "./runbooks/diagnosis.ts";
import { defaultPlace } from "./runbooks/place.ts";
import { sayCondition, sayTime } from "./runbooks/words.ts";

const files = renderRunbookFiles(defaultPlace);
const pages = Object.entries(files);

/** What stands in the fences of one language. */
function readBlocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, "gm"))].map(
    ([, block = ""]) => block,
  );
}

/** The text under each heading of a page. */
function readSections(page: string): Readonly<Record<string, string>> {
  const [, ...sections] = page.split(/^## /m);
  return Object.fromEntries(
    sections.map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading, lines.join("\n").trim()];
    }),
  );
}

describe.each(alertNames)("the runbook of %s", (name) => {
  const page = renderRunbook(name, defaultPlace);
  const sections = readSections(page);

  test("has every part, and something in it", () => {
    expect(Object.keys(sections)).toEqual(["Fires when", "Meaning", "Impact", "Diagnosis", "Mitigation"]);
    expect(Object.values(sections).filter((text) => text === "")).toEqual([]);
    expect(sections.Mitigation).toMatch(/^1\. /);
    expect(readBlocks(sections.Diagnosis ?? "", "promql").length).toBeGreaterThan(0);
    expect(readBlocks(sections.Diagnosis ?? "", "sh").length).toBeGreaterThan(0);
    expect(page).not.toMatch(/undefined|NaN|\[object|\{\{/);
  });

  test("says when it fires as the rule has it: the threshold, how long, how soon it is told", () => {
    const declarations = alertsNamed(name);
    const rules = declarations.flatMap((alert) => renderAlertRules(alert, defaultPlace));
    expect(readBlocks(sections["Fires when"] ?? "", "promql")).toEqual(rules.map(({ expr }) => expr.text));
    for (const { conditions, severity, burn } of declarations) {
      expect(sections["Fires when"]).toContain(severity);
      for (const condition of conditions) expect(sections["Fires when"]).toContain(sayCondition(condition));
      if (burn !== undefined) expect(sections["Fires when"]).toContain(`| ${burn.rate.factor} |`);
    }
  });

  test("leads to the panel and to a graph of each query", () => {
    expect(page).toContain(`](${defaultPlace.grafana}/d/gozcu-`);
    const graphs = [...page.matchAll(/\[graph\]\(([^)]*)\)/g)].map(([, url = ""]) => new URL(url));
    const asked = graphs.map(({ searchParams }) => searchParams.get("g0.expr"));
    expect(asked).toEqual(readBlocks(sections.Diagnosis ?? "", "promql"));
    expect(new Set(graphs.map(({ origin, pathname }) => origin + pathname))).toEqual(
      new Set([`${defaultPlace.prometheus}/graph`]),
    );
  });
});

describe("all runbooks together", () => {
  test("are a page for each alert, and an index that leads to each", () => {
    expect(Object.keys(files)).toEqual(["README.md", ...alertNames.map((name) => `${name}.md`)]);
    for (const name of alertNames) expect(files["README.md"]).toContain(`[${name}](${name}.md)`);
  });

  test("link only to pages that there are", () => {
    const targets = pages.flatMap(([, page]) => [...page.matchAll(/\]\((?!https?:)([^)]*)\)/g)].map(([, to]) => to));
    expect(targets.length).toBeGreaterThan(alertNames.length);
    expect(targets.filter((target) => !Object.hasOwn(files, target ?? ""))).toEqual([]);
  });

  test.each(pages)("have commands in %s that a shell can read", (_name, page) => {
    for (const input of readBlocks(page, "sh")) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input, encoding: "utf8" });
      expect({ input, status, stderr }).toEqual({ input, status: 0, stderr: "" });
    }
  });

  test.each(pages)("ask in %s only what is PromQL", (_name, page) => {
    for (const expr of readBlocks(page, "promql")) expect(() => readSeriesNames(expr)).not.toThrow();
  });

  test("name only settings and scripts that there are", () => {
    const text = Object.values(files).join("\n");
    const named = [...text.matchAll(/[`$]([A-Z]+(?:_[A-Z]+)+)\b/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
    const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  test("have on their pages exactly the queries that are listed", () => {
    const asked = pages.flatMap(([, page]) => readBlocks(readSections(page).Diagnosis ?? "", "promql"));
    expect(runbookQueries().map(({ expr }) => expr)).toEqual(asked);
  });

  test("have no two commands under one caption on a page", () => {
    for (const [, page] of pages) {
      const captions = [...page.matchAll(/^(.+):\n\n```sh$/gm)].map(([, caption]) => caption);
      expect(captions).toEqual([...new Set(captions)]);
    }
  });

  test("say of what tells no person that it does not, and when it is heard", () => {
    const [watchdog] = alertsNamed("Watchdog");
    const heard = sayTime(watchdog?.budgetSeconds ?? Number.NaN);
    const none = "It fires always, and its severity is **none**: no person gets a message of it.";
    expect(files["Watchdog.md"]).toContain(`${none} It is heard of ${heard} after the start at the latest.`);
  });

  test("tell both the cause and the symptom who silences whom", () => {
    expect(files["ComfyuiDown.md"]).toMatch(/While it fires it silences .*\[WorkerStalled\]\(WorkerStalled\.md\)/);
    expect(files["WorkerStalled.md"]).toMatch(/It is silenced by .*\[ComfyuiDown\]\(ComfyuiDown\.md\)/);
    const narrow =
      'While [WorkerStalled](WorkerStalled.md) fires, [TargetDown](TargetDown.md) `role="worker"` is silent.';
    expect(files["WorkerStalled.md"]).toContain(narrow);
    expect(files["TargetDown.md"]).toContain(narrow);
  });
});
