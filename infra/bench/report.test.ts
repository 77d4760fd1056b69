import { describe, expect, test } from "@jest/globals";
import { judge, renderReport } from "./report.ts";
import { type RequestRow, requestRows } from "./requests.ts";

const [health] = requestRows.filter(({ endpoint }) => endpoint === "health");
const [read] = requestRows.filter(({ endpoint }) => endpoint === "jobRead");

function measured(row: RequestRow | undefined, small: number, large: number) {
  if (row === undefined) throw new Error("the endpoint is not measured");
  return { row, small: Array.from({ length: 100 }, () => small), large: Array.from({ length: 100 }, () => large) };
}

describe("the verdict", () => {
  test("is that an aim is kept when the large side takes one and a half times as long", () => {
    expect(judge(measured(health, 2, 3))).toMatchObject({ ratio: 1.5, misses: [] });
  });

  test("names the ratio when the large side takes longer than that", () => {
    expect(judge(measured(health, 2, 3.1)).misses).toEqual(["ratio above 1.5"]);
  });

  test("names the budget when a side takes longer than documented, the small one too", () => {
    expect(judge(measured(health, 101, 99)).misses).toEqual(["over the budget"]);
    expect(judge(measured(health, 100, 100)).misses).toEqual([]);
  });

  test("is not passed on requests that are measured to be known", () => {
    expect(judge(measured(read, 1, 500)).misses).toEqual([]);
  });
});

describe("the report", () => {
  test("has a row for each request, with both sides, the ratio, the budget and the verdict", () => {
    const findings = [judge(measured(health, 2, 4)), judge(measured(read, 12, 12))];
    const report = renderReport({ findings, jobs: { small: 10_000, large: 10_000_000 }, circumstances: ["here"] });
    const rows = report.split("\n").filter((line) => line.startsWith("|"));
    const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
    expect(cells[0]).toContain("p95 at 10,000,000");
    expect(cells[2]?.slice(1, -1)).toEqual([
      "`GET /api/health`",
      ...["2.00", "4.00", "2.00", "4.00", "2.00", "4.00"],
      ...["2.00", "100", "**missed**: ratio above 1.5"],
    ]);
    expect(cells[3]?.slice(-5, -1)).toEqual(["12.0", "1.00", "200", "not an aim"]);
    expect(new Set(cells.map((row) => row.length)).size).toBe(1);
    expect(report).toContain("- here");
  });
});
