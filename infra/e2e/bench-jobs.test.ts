import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findProgram, makeFolder } from "./programs.ts";

const program = new URL("../bench.ts", import.meta.url).pathname;
/** Fourteen turns of some seconds, and two servers, on a machine that may be slow. */
const deadlineMs = 240_000;
const labels = ["BullMQ", "BullMQ, bullmq-otel", "BullMQ, Gözcü"];

describe("npm run bench -- --quick jobs scrape", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let page = "";
  /** The rows of a table, each with its cells by the names of their columns. */
  function rowsOf(title: string): readonly Readonly<Record<string, string>>[] {
    const [, table = ""] = page.slice(page.indexOf(`### ${title}`)).split("\n\n");
    const [columns = [], , ...rows] = table.split("\n").map((row) => row.split("|").map((cell) => cell.trim()));
    // What stands before the first bar and after the last is no cell.
    return rows.map((cells) => Object.fromEntries(columns.map((name, n) => [name, cells[n] ?? ""]).slice(1, -1)));
  }

  beforeAll(async () => {
    folder = await makeFolder();
    const args = [program, "--quick", "jobs", "scrape", "--out", folder.path];
    ({ stdout: page } = await promisify(execFile)(process.execPath, args, { timeout: deadlineMs }));
  }, deadlineMs);
  afterAll(() => folder.close());

  const backends = findProgram("redis-server") === undefined ? ["Postgres"] : ["Redis", "Postgres"];
  for (const backend of backends) {
    test(`measures jobs on ${backend} with each telemetry, whose spans arrive`, () => {
      const rows = rowsOf("Jobs added and processed").filter((row) => row[""]?.endsWith(`on ${backend}`));
      expect(rows.map((row) => row[""])).toEqual(labels.map((label) => `${label}, on ${backend}`));
      const [bare, stock, ours] = rows;
      expect(bare).toMatchObject({ "spans/job": "–", "jobs with both spans": "–" });
      // bullmq-otel's queue may be full, and drop some.
      expect(Number(stock?.["spans/job"])).toBeGreaterThan(0);
      expect(Number(ours?.["spans/job"])).toBeGreaterThanOrEqual(1.9);
      for (const row of rows)
        for (const column of ["jobs/s", "p50 ms", "p99 ms", "allocated bytes/job"])
          expect(Number.parseFloat(row[column] ?? "")).toBeGreaterThan(0);
    });
  }

  test("measures scrapes of both sizes, and ours writes as many bytes as OpenTelemetry's", () => {
    for (const series of ["1,000", "10,000"]) {
      const [promClient, stock, sdk, inPlace] = rowsOf(`A scrape of ${series} series`);
      expect(promClient?.[""]).toBe("prom-client");
      expect(Number(stock?.bytes?.replaceAll(",", ""))).toBeGreaterThan(0);
      expect(sdk?.bytes).toBe(stock?.bytes);
      expect(inPlace?.bytes).toBe(stock?.bytes);
    }
  });

  test("writes the page and its charts", async () => {
    expect(await readFile(join(folder.path, "bench.md"), "utf8")).toBe(page);
    for (const [, file] of page.matchAll(/\]\((\S+\.svg)\)/g))
      expect(await readFile(join(folder.path, file ?? ""), "utf8")).toContain("<svg");
  });
});
