import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { alertNames, alerts } from "../app/catalogue/alerts.ts";
import { failingTests, lintRules, ruleTests, testNames, testWithPromtool } from "./rule-bench.ts";

describe("the rules' tests", () => {
  test("are there for every alert, and for each of its rules", () => {
    const subjects = new Set(testNames.map((file) => file.replace(/(-\w+)?\.yml$/, "")));
    expect(alertNames.filter((name) => !subjects.has(name))).toEqual([]);
    // And those of an escalation and of a fresh start.
    expect(testNames).toHaveLength(alerts.length + 2);
    for (const { name, conditions, burn } of alerts) {
      if (burn !== undefined) continue;
      const { tests } = parse(ruleTests[`${name}.yml`] ?? "") as { tests: unknown[] };
      expect(tests.length).toBeGreaterThanOrEqual(conditions.length);
    }
  });

  test("take two replicas with the same numbers for one", () => {
    const { tests } = parse(ruleTests["QueueSizeHigh.yml"] ?? "") as { tests: { input_series: unknown[] }[] };
    expect(tests[0]?.input_series).toHaveLength(2);
  });

  testWithPromtool("go with rules that promtool finds nothing to say of", async () => {
    expect(await lintRules()).toEqual({ code: 0, output: expect.not.stringMatching(/lint|FAILED/) });
  });

  testWithPromtool(
    "succeed",
    async () => {
      expect(await failingTests(testNames)).toEqual([]);
    },
    180_000,
  );
});
