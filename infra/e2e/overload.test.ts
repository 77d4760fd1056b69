import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Goodput, readGoodput, renderGoodput } from "../k6/goodput.ts";
import { readSummary, type Summary } from "../k6/summary.ts";
import { useDatabases } from "./databases.ts";
import { findProgram, makeFolder } from "./programs.ts";
import { apiKey, type ServiceProcess, startServiceProcess } from "./service-process.ts";

const k6 = findProgram("k6");

/** Runs the scenario in about 40 s; thresholds that break are found in the summary. */
async function runStress(program: string, url: string, folder: string): Promise<Summary> {
  const script = fileURLToPath(new URL("../../k6/stress.ts", import.meta.url));
  const file = join(folder, "summary.json");
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    BASE_URL: url,
    API_KEY: apiKey,
    SUMMARY_FILE: file,
    OVERRIDES: JSON.stringify({ seconds: 22 }),
  };
  const brokenThreshold = 99;
  await promisify(execFile)(program, ["run", "--quiet", "--no-usage-report", script], { env }).catch((error) => {
    if (error.code !== brokenThreshold) throw error;
  });
  return readSummary(file);
}

(k6 === undefined ? describe.skip : describe)("past its capacity (k6)", () => {
  const databases = useDatabases();
  let service: ServiceProcess;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let summary: Summary;
  let goodput: Goodput;
  let kept: number;

  // Without a worker: what is pushed past its capacity is the API, and jobs that are accepted need only be kept.
  beforeAll(async () => {
    const { url, sql } = await databases.create();
    folder = await makeFolder();
    service = await startServiceProcess({ ROLE: "api", DATABASE_URL: url });
    summary = await runStress(k6 ?? "", service.url, folder.path);
    goodput = readGoodput(summary);
    kept = Number((await sql<{ count: string }>("select count(*) from jobs"))[0]?.count);
    process.stdout.write(`${renderGoodput(goodput)}\n`);
  }, 120_000);
  afterAll(async () => {
    await service?.close();
    await folder?.close();
  });

  const read = (metric: string, value: string) => summary.metrics[metric]?.values[value];

  test("sheds load", () => {
    expect(goodput.rising.at(-1)?.shed).toBeGreaterThan(0);
    expect(goodput.rising[0]?.shed).toBe(0);
  });

  test("answers pings and health all the time", () => {
    expect(read("checks{scenario:ping}", "passes")).toBeGreaterThan(0);
    expect(read("checks{scenario:ping}", "fails")).toBe(0);
    expect(read("checks{scenario:health}", "passes")).toBeGreaterThan(0);
    expect(read("checks{scenario:health}", "fails")).toBe(0);
  });

  test("answers with no error but 503 and Retry-After", () => {
    expect(read("stress_errors", "count")).toBe(0);
  });

  test("loses no job that it accepted", () => {
    expect(goodput.jobs.lost).toBe(0);
    expect(goodput.jobs.accepted).toBeGreaterThan(0);
    expect(kept).toBeGreaterThanOrEqual(goodput.jobs.accepted);
  });

  test("counts what it shed", async () => {
    const scrape = await (await fetch(service.metricsUrl)).text();
    const counted = Number(/^requests_shed_total(?:\{[^}]*\})? (\S+)$/m.exec(scrape)?.[1]);
    expect(counted).toBeGreaterThanOrEqual(read("stress_shed", "count") ?? Number.NaN);
  });

  test("lives, and refuses nothing any more", async () => {
    expect(goodput.recovery.at(-1)?.shed).toBe(0);
    expect((await service.get("/readyz")).status).toBe(200);
    expect((await service.post("/api/jobs", { type: "image", prompt: "the sea after the storm" })).status).toBe(202);
  });
});
