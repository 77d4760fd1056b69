import { describe, expect, test } from "@jest/globals";
import { renderPage } from "./page.ts";
import { renderTable } from "./table.ts";

const table = { title: "Speed", columns: ["variant", "requests/s", "verdict"], rows: [["one", "1,200", "kept"]] };

describe("a table", () => {
  test("has its columns of numbers to the right", () => {
    expect(renderTable({ ...table, rows: [...table.rows, ["two", "–", "kept"]] }).split("\n")).toEqual([
      "| variant | requests/s | verdict |",
      "| --- | ---: | --- |",
      "| one | 1,200 | kept |",
      "| two | – | kept |",
    ]);
  });
});

describe("the page", () => {
  const result = { tables: [table], charts: { "http.svg": "<svg/>" }, misses: ["too slow"], notes: ["by wrk"] };
  const sections = [{ part: { title: "A request" }, result }];

  test("has a section for each part: charts, tables, misses and notes", () => {
    const page = renderPage({ quick: false, circumstances: ["Date: today"], sections });
    for (const line of [
      "- Date: today",
      "## A request",
      "![A request](http.svg)",
      "### Speed",
      "- too slow",
      "- by wrk",
    ])
      expect(page.split("\n")).toContain(line);
    expect(page).not.toContain("quick run");
  });

  test("says of a quick run that its figures mean nothing", () => {
    expect(renderPage({ quick: true, circumstances: [], sections })).toContain("its figures mean nothing");
  });
});
