import { describe, expect, test } from "@jest/globals";
import { type MeasuredRow, pageRows } from "./first-byte.ts";
import { type Findings, findMisses, renderPageReport } from "./report.ts";
import type { StreamRound } from "./stream-rounds.ts";

/** Every 20th of the samples takes so long. */
const rowsOf = (slowest: number): readonly MeasuredRow[] =>
  pageRows.map((row) => {
    const samples = Array.from({ length: 100 }, (_, n) => (n % 20 < 2 ? slowest : 5));
    return { row, small: samples, large: samples };
  });

/** 200 streams that take so many kB each. */
const roundOf = (kilobytes: number, round: Partial<StreamRound> = {}): StreamRound => ({
  before: { resident: 150e6, live: 50e6 },
  during: { resident: 150e6 + 200 * kilobytes * 1_000, live: 50e6 + 200 * kilobytes * 1_000 },
  events: { fewest: 5, most: 90, total: 9_000 },
  bytes: 24e6,
  ended: 0,
  ...round,
});

const findings = (changes: Partial<Findings> = {}): Findings => ({
  rows: rowsOf(99),
  rounds: [roundOf(12), roundOf(49), roundOf(49.9)],
  jobs: { small: 10_000, large: 10_000_000 },
  streams: 200,
  seconds: 20,
  ...changes,
});

describe("the aims of the page", () => {
  test("are kept just below them", () => {
    expect(findMisses(findings())).toEqual([]);
    expect(renderPageReport(findings(), [])).toContain("All aims are kept.");
  });

  test("are missed by a page that takes 100 ms at p95, at either number of jobs", () => {
    const [row, ...others] = rowsOf(99);
    const slow = row && { ...row, small: row.small.map((ms) => (ms === 99 ? 100 : ms)) };
    const rows = slow === undefined ? [] : [slow, ...others];
    expect(findMisses(findings({ rows }))).toEqual(["the page for everybody: p95 is not below 100 ms"]);
  });

  test("are missed by streams of 50 kB, as most rounds have it", () => {
    const rounds = [roundOf(12), roundOf(50), roundOf(51)];
    expect(findMisses(findings({ rounds }))).toEqual([
      "a stream takes 50.0 kB of resident memory, not less than 50 kB",
      "a stream takes 50.0 kB of live memory, not less than 50 kB",
    ]);
  });

  test("are missed by a stream that hears nothing, or is ended", () => {
    const deaf = roundOf(12, { events: { fewest: 0, most: 9, total: 100 } });
    expect(findMisses(findings({ rounds: [deaf] }))).toEqual(["a stream received nothing"]);
    expect(findMisses(findings({ rounds: [roundOf(12, { ended: 1 })] }))).toEqual([
      "of 200 streams some were ended by the service",
    ]);
  });
});

test("the report has a row for each view and each round, and says what is missed", () => {
  const report = renderPageReport(findings({ rounds: [roundOf(60)] }), ["Date: today"]);
  expect(report).toContain("# The status page at 10,000 and at 10,000,000 jobs, and with 200 open streams");
  expect(report).toContain("- Date: today");
  expect(report).toContain("| with the key, 7d, each drawn anew | 5.00 | 5.00 | 99.0 | 99.0 | 1.00 | 100 |");
  expect(report).toContain("| 1 | 150.0 | 162.0 | 60.0 | 50.0 | 62.0 | 60.0 | 5 to 90 | 6.00 |");
  expect(report).toContain("**Aims missed:**\n\n- a stream takes 60.0 kB of resident memory");
});
