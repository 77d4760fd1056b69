import { describe, expect, test } from "@jest/globals";
import { renderTable } from "../table.ts";
import { readFindings } from "./findings.ts";
import { listMisses, renderFindings } from "./report.ts";
import { variants } from "./variants.ts";

/** Milliseconds and bytes of two rounds, for each variant in turn. */
function measured(...rows: readonly { readonly ms: readonly number[]; readonly bytes: number }[]) {
  return readFindings(
    new Map(variants.map((variant, n) => [variant, (rows[n]?.ms ?? []).map((ms) => sample(ms, rows[n]?.bytes ?? 0))])),
  );
}
const sample = (ms: number, bytes: number) => ({ ms, bytes, cpuMs: ms / 2 });

const others = [
  { ms: [4, 10], bytes: 90 },
  { ms: [8, 5], bytes: 100 },
];
const fast = { ms: [2, 4], bytes: 100 };

describe("what a scrape costs", () => {
  test("is compared round by round with whichever of the others was faster then", () => {
    const [promClient, , , ours] = measured(...others, fast, { ms: [2, 5], bytes: 100 });
    expect(ours?.ratio).toEqual({ median: 0.75, min: 0.5, max: 1 });
    expect(promClient?.ratio).toBeUndefined();
  });

  test("misses the aim when it is more time than the faster needs, or more text than OpenTelemetry's", () => {
    expect(listMisses(1_000, measured(...others, fast, fast))).toEqual([]);
    expect(listMisses(1_000, measured(...others, { ms: [5, 6], bytes: 100 }, { ms: [1, 1], bytes: 101 }))).toEqual([
      expect.stringMatching(/SDK.*1\.2\d times/),
      expect.stringMatching(/in place.*101 bytes/),
    ]);
  });

  test("is a row of the table for each variant", () => {
    const table = renderFindings(10_000, measured(...others, fast, fast));
    expect(table.title).toContain("10,000");
    expect(renderTable(table)).toContain("| prom-client | 7.00 (4.00–10.00) | – | 3.50 (2.00–5.00) | 90 |");
  });
});
