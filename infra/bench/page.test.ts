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
    const page = renderPage({ quick: false, circumstances: ["Date: today"], sections, missing: [] });
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
    expect(page).not.toContain("Not complete");
  });

  test("says of a quick run that its figures mean nothing", () => {
    const page = renderPage({ quick: true, circumstances: [], sections, missing: [] });
    expect(page).toContain("its figures mean nothing");
  });

  test("names the parts that did not come to their end", () => {
    const page = renderPage({ quick: false, circumstances: [], sections, missing: ["jobs", "scrape"] });
    expect(page).toContain("Not complete: jobs, scrape");
  });
});
