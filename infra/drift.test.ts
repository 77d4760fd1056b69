import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { findSignal, findUnusedMetrics, readSeriesNames, referenceMetrics } from "./metric-usage.ts";

/*
 * What stands in the committed files, whoever wrote it there: an edit by hand drifts too.
 */

interface Asked {
  readonly file: string;
  readonly expr: string;
}

const RulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ expr: z.string(), record: z.string().optional() })) })),
});

function readFiles(folder: string, ending: string) {
  const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const names = readdirSync(path).filter((name) => name.endsWith(ending));
  return names.map((name) => ({ file: `${folder}/${name}`, text: readFileSync(`${path}/${name}`, "utf8") }));
}

const rules = readFiles("alerts/generated", "-rules.yml").flatMap(({ file, text }) =>
  RulesSchema.parse(parse(text)).groups.flatMap((group) => group.rules.map((rule) => ({ file, ...rule }))),
);

/** Every `expr` of a dashboard, at any depth, and what its variables list the labels of. */
const panels = readFiles("dashboards/generated", ".json").flatMap(({ file, text }) => {
  const asked: Asked[] = [];
  JSON.parse(text, (key, value: unknown) => {
    if (typeof value !== "string") return value;
    const expr = key === "expr" ? value : /^label_values\((.+), \w+\)$/.exec(value)?.[1];
    if (expr !== undefined) asked.push({ file, expr });
    return value;
  });
  return asked;
});

const pages = readFiles("alerts/generated/runbooks", ".md").flatMap(({ file, text }) =>
  [...text.matchAll(/^```promql\n([\s\S]*?)\n```$/gm)].map(([, expr = ""]) => ({ file, expr })),
);

const all: readonly Asked[] = [...rules, ...panels, ...pages];
const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));

describe("the generated files", () => {
  test("ask for something in rules, dashboards and runbooks", () => {
    for (const asked of [rules, panels, pages]) expect(asked.length).toBeGreaterThan(10);
  });

  test("name only series that the catalogue declares or a rule records", () => {
    const unknown = all.flatMap(({ file, expr }) =>
      readSeriesNames(expr)
        .filter((series) => findSignal(series) === undefined && !recorded.has(series))
        .map((series) => `${file}: ${series}`),
    );
    expect(unknown).toEqual([]);
  });

  test("record only what something asks for", () => {
    const named = new Set(all.flatMap(({ expr }) => readSeriesNames(expr)));
    expect([...recorded].filter((series) => !named.has(series))).toEqual([]);
  });

  test("use every metric that is not marked as reference, and none that is", () => {
    const reads = all.flatMap(({ expr }) => readSeriesNames(expr)).flatMap((series) => findSignal(series) ?? []);
    expect(findUnusedMetrics([{ reads }])).toEqual(referenceMetrics);
  });
});
