import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findProgram, makeFolder } from "./programs.ts";

const program = new URL("../bench.ts", import.meta.url).pathname;
const labels = ["BullMQ", "BullMQ, bullmq-otel", "BullMQ, Gözcü"];

describe("npm run bench -- --quick jobs scrape", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let page = "";
  const rowsOf = (title: string) =>
    page
      .slice(page.indexOf(`### ${title}`))
      .split("\n\n")[1]
      ?.split("\n")
      .slice(2)
      .map((row) => row.split("|").map((cell) => cell.trim()));

  beforeAll(async () => {
    folder = await makeFolder();
    const args = [program, "--quick", "jobs", "scrape", "--out", folder.path];
    ({ stdout: page } = await promisify(execFile)(process.execPath, args));
  });
  afterAll(() => folder.close());

  const backends = findProgram("redis-server") === undefined ? ["Postgres"] : ["Redis", "Postgres"];
  for (const backend of backends) {
    test(`measures jobs on ${backend} with each telemetry, whose spans arrive`, () => {
      const rows = rowsOf("Jobs added and processed")?.filter(([, label]) => label?.endsWith(`on ${backend}`)) ?? [];
      expect(rows.map(([, label]) => label)).toEqual(labels.map((label) => `${label}, on ${backend}`));
      const [bare, stock, ours] = rows;
      expect(bare?.slice(6, 8)).toEqual(["–", "–"]);
      expect(Number(stock?.[6])).toBeGreaterThanOrEqual(2);
      expect(Number(ours?.[6])).toBeGreaterThanOrEqual(2);
      for (const row of rows) expect(Number.parseFloat(row[2] ?? "")).toBeGreaterThan(0);
    });
  }

  test("measures scrapes of both sizes, and ours writes as many bytes as OpenTelemetry's", () => {
    for (const series of ["1,000", "10,000"]) {
      const [promClient, stock, sdk, inPlace] = rowsOf(`A scrape of ${series} series`) ?? [];
      expect(promClient?.[1]).toBe("prom-client");
      expect(sdk?.[5]).toBe(stock?.[5]);
      expect(inPlace?.[5]).toBe(stock?.[5]);
    }
  });

  test("writes the page and its charts", async () => {
    expect(await readFile(join(folder.path, "bench.md"), "utf8")).toBe(page);
    for (const [, file] of page.matchAll(/\]\((\S+\.svg)\)/g))
      expect(await readFile(join(folder.path, file ?? ""), "utf8")).toContain("<svg");
  });
});
