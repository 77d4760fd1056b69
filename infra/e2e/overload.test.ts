import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { stress } from "../../app/catalogue/stress.ts";
import { boundLost, type Goodput, readGoodput } from "../k6/goodput.ts";
import { readSummary, type Summary } from "../k6/summary.ts";
import { useDatabases } from "./databases.ts";
import { startK6Run, summaryOf } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { findProgram } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

const limitMs = 180_000;
/** Two for each step. */
const seconds = 2 * stress.steps;

const suite = findProgram("k6") === undefined ? describe.skip : describe;
suite("past its capacity (k6)", () => {
  const databases = useDatabases();
  const keep = createKeep();
  let service: ServiceProcess;
  let output: string;
  let summary: Summary;
  let goodput: Goodput;
  let kept: number;

  // Without a worker: what is pushed past its capacity is the API, and jobs that are accepted need only be kept.
  beforeAll(async () => {
    const { url, sql } = await databases.create();
    service = keep(await startServiceProcess({ ROLE: "api", DATABASE_URL: url }));
    const run = keep(await startK6Run(service, ["stress", "--duration", `${seconds}s`]));
    const ended = await run.ended;
    output = ended.output;
    // Whether the goodput is high enough is the machine's business.
    expect({ ran: ended.code === 0 || ended.code === 1, output }).toMatchObject({ ran: true });
    summary = await readSummary(summaryOf(output));
    goodput = readGoodput(summary);
    kept = Number((await sql<{ count: string }>("select count(*) from jobs"))[0]?.count);
    process.stdout.write(`${output}\n`);
  }, limitMs);

  const read = (metric: string, value: string) => summary.metrics[metric]?.values[value];

  test("sheds what is more than twice its capacity", () => {
    const last = goodput.rising.at(-1);
    // A machine on which the steps end before has nothing to shed.
    if (goodput.doubleOffered) expect(last?.shed).toBeGreaterThan(0);
    else expect(last?.good).toBeGreaterThan(0);
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
    const { accepted, unknown } = goodput.jobs;
    expect(accepted).toBeGreaterThan(0);
    expect(boundLost(goodput.jobs).least).toBe(0);
    // The database's own count, with the job that the scenario orders before it begins.
    expect(kept - 1).toBeGreaterThanOrEqual(accepted);
    expect(kept - 1).toBeLessThanOrEqual(accepted + unknown);
    expect(kept - 1).toBe(goodput.jobs.counted);
  });

  test("counts what it shed", async () => {
    const scrape = await (await fetch(service.metricsUrl)).text();
    const counted = Number(/^requests_shed_total(?:\{[^}]*\})? (\S+)$/m.exec(scrape)?.[1] ?? 0);
    expect(counted).toBeGreaterThanOrEqual(read("stress_shed", "count") ?? Number.NaN);
  });

  test("comes back by itself, with all its places free again", async () => {
    expect(goodput.recoverySeconds).toBeDefined();
    // In the last seconds fewer ask than there are places: only one that was never freed could refuse them.
    expect(goodput.recovery.at(-1)?.shed).toBe(0);
    expect((await service.get("/readyz")).status).toBe(200);
    expect((await service.post("/api/jobs", { type: "image", prompt: "the sea after the storm" })).status).toBe(202);
  });

  test("is drawn, and told in a table", async () => {
    const folder = join(summaryOf(output), "..");
    expect(await readFile(join(folder, "goodput.svg"), "utf8")).toMatch(/^<svg /);
    expect(await readFile(join(folder, "goodput.md"), "utf8")).toContain("- Capacity (peak goodput): ");
  });
});
