import { expect, test } from "@jest/globals";
import { runChecks } from "./check.ts";
import { fine, warning, wrong } from "./finding.ts";
import { renderReport } from "./report.ts";
import { createTestFacts } from "./test-site.ts";

const results = [
  { title: "Node", ...fine("24.1.0") },
  { title: "Terraform", ...wrong("none", "install it") },
  { title: "Disk", ...warning("6 GiB", "make room") },
];

test("a line for each, in columns, with its mend below", () => {
  expect(renderReport(results, { terminal: false })).toBe(
    [
      "✓ Node       24.1.0",
      "✗ Terraform  none",
      "             → install it",
      "! Disk       6 GiB",
      "             → make room",
      "",
    ].join("\n"),
  );
});

test("what is several things goes on below the first", () => {
  const several = [{ title: "Data", ...wrong("2 problems\none\ntwo", "mend them") }];
  expect(renderReport(several, { terminal: false })).toBe(
    ["✗ Data  2 problems", "        one", "        two", "        → mend them", ""].join("\n"),
  );
});

test("only a terminal gets colours", () => {
  expect(renderReport(results, { terminal: true })).toContain("\u001B[31m✗\u001B[0m Terraform");
});

test("a check that fails or never ends is wrong, and the others are told", async () => {
  const checks = [
    { title: "never", run: () => new Promise<undefined>(() => {}) },
    { title: "failing", run: () => Promise.reject(new Error("no such file")) },
    { title: "nothing to say", run: () => undefined },
    { title: "well", run: () => fine("well") },
  ];
  expect(await runChecks(checks, createTestFacts(), 10)).toEqual([
    { title: "never", state: "wrong", found: "not known after 0.01 s", mend: expect.anything() },
    { title: "failing", state: "wrong", found: "cannot be told: no such file", mend: expect.anything() },
    { title: "well", state: "fine", found: "well" },
  ]);
});
