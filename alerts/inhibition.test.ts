import { describe, expect, test } from "@jest/globals";
import { alerts } from "../app/catalogue/alerts.ts";
import { renderInhibitRules } from "./inhibition.ts";

/** The alerts that a cause silences. */
function silencedBy(cause: string, rows: Parameters<typeof renderInhibitRules>[0]): string[] {
  return renderInhibitRules(rows)
    .filter(({ source_matchers: [source] }) => source === `alertname="${cause}"`)
    .flatMap(({ target_matchers: [target = ""] }) => target.replace(/^alertname=~"(.*)"$/, "$1").split("|"));
}

describe("inhibition", () => {
  const rows = [
    { name: "Fault", symptomOf: [] },
    { name: "Consequence", symptomOf: ["Fault"] },
    { name: "Pain", symptomOf: ["Consequence"] },
    { name: "Alone", symptomOf: [] },
  ];

  test("lets a cause silence its symptoms and their symptoms", () => {
    expect(silencedBy("Fault", rows)).toEqual(["Consequence", "Pain"]);
    expect(silencedBy("Consequence", rows)).toEqual(["Pain"]);
  });

  test("has no rule for what is nobody's cause", () => {
    expect(silencedBy("Pain", rows)).toEqual([]);
    expect(silencedBy("Alone", rows)).toEqual([]);
  });

  test("merges the declarations of one name", () => {
    const twice = [...rows, { name: "Consequence", symptomOf: ["Fault"] }];
    expect(renderInhibitRules(twice)).toEqual(renderInhibitRules(rows));
  });

  test("lets the critical burn of an objective silence the warning of the same objective", () => {
    expect(renderInhibitRules([])).toEqual([
      {
        source_matchers: ['severity="critical"', 'slo=~".+"'],
        target_matchers: ['severity="warning"', 'slo=~".+"'],
        equal: ["slo"],
      },
    ]);
  });

  test("refuses a cycle and names it", () => {
    const cycle = [
      { name: "Start", symptomOf: ["A"] },
      { name: "A", symptomOf: ["B"] },
      { name: "B", symptomOf: ["A"] },
    ];
    expect(() => renderInhibitRules(cycle)).toThrow(/silence each other: A -> B -> A$/);
    expect(() => renderInhibitRules([{ name: "Self", symptomOf: ["Self"] }])).toThrow(/Self -> Self/);
  });

  test("refuses a cause that is no alert", () => {
    expect(() => renderInhibitRules([{ name: "A", symptomOf: ["Gone"] }])).toThrow(/A is a symptom of Gone/);
  });

  test("of the catalogue lets ComfyUI's fall silence what follows from it, and nothing silence ComfyUI's fall", () => {
    expect(silencedBy("ComfyuiDown", alerts)).toEqual(expect.arrayContaining(["DashboardDegraded", "WorkerStalled"]));
    for (const { target_matchers } of renderInhibitRules(alerts))
      expect(target_matchers.join()).not.toMatch(/\bComfyuiDown\b/);
  });
});
