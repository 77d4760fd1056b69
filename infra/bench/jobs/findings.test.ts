import { describe, expect, test } from "@jest/globals";
import { renderTable } from "../table.ts";
import { readFindings } from "./findings.ts";
import { listMisses, renderChart, renderFindings } from "./report.ts";
import type { Sample } from "./round.ts";

const sample = (jobsPerSecond: number, share?: number): Sample => ({
  jobsPerSecond,
  p50Ms: 10,
  p99Ms: 20,
  cpuMicrosecondsPerJob: 100,
  allocatedBytesPerJob: 12_000,
  residentBytes: 100 * 2 ** 20,
  ...(share !== undefined && { spans: { perJob: 2, share } }),
});

const measured = (ours: readonly Sample[]) =>
  readFindings(
    "redis",
    new Map([
      ["bare", [sample(1_000), sample(2_000)]],
      ["gozcu", ours],
    ]),
  );

describe("what a job's telemetry costs", () => {
  test("is the ratio to BullMQ alone, round by round", () => {
    const [bare, ours] = measured([sample(950, 1), sample(1_920, 1)]);
    expect(bare?.ratio).toEqual({ median: 1, min: 1, max: 1 });
    expect(ours?.ratio).toEqual({ median: 0.955, min: 0.95, max: 0.96 });
  });

  test("misses the aim when the ratio is less", () => {
    expect(listMisses(measured([sample(950, 1), sample(1_920, 1)]))).toEqual([]);
    expect(listMisses(measured([sample(900, 1), sample(1_800, 1)]))).toEqual([
      expect.stringContaining("0.90 of BullMQ alone"),
    ]);
  });

  test("misses the aim when spans are lost in one of the rounds", () => {
    expect(listMisses(measured([sample(1_000, 1), sample(2_000, 0.5)]))).toEqual([
      expect.stringContaining("50.0 % of the jobs have both spans"),
    ]);
  });

  test("is a row of the table and a bar of the chart for each", () => {
    const findings = measured([sample(900, 1), sample(1_800, 1)]);
    expect(renderTable(renderFindings(findings))).toContain(
      "| BullMQ, Gözcü, on Redis | 1,350 (900–1,800) | 0.90 (0.90–0.90) | 10.00 | 20.00 | 100 (100–100) | 12,000 | 100 | 2.00 | 100.0 % |",
    );
    expect(renderChart(findings).match(/class="bar"/g)).toHaveLength(2);
  });
});
