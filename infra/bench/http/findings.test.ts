import { describe, expect, test } from "@jest/globals";
import { judge, readFindings, type Samples } from "./findings.ts";
import { renderMisses, renderTables } from "./report.ts";
import { type Variant, type VariantName, variantNames, variants } from "./variants.ts";

/** Requests a second that just keep every aim. */
const enough = {
  raw: 1_700,
  express: 1_000,
  messages: 1_100,
  promClient: 900,
  stock10: 400,
  stock100: 300,
  gozcu0: 950,
  gozcu10: 900,
  gozcu100: 750,
} as const satisfies Record<VariantName, number>;

/** Two rounds, the second on a machine of half the speed. */
function makeSamples(changed: Partial<Record<VariantName, number>> = {}, shares = [1, 0.99]): Samples {
  const rates: Record<VariantName, number> = { ...enough, ...changed };
  return new Map(
    variantNames.map((name) => {
      const { sampled }: Variant = variants[name];
      const rounds = [rates[name], rates[name] / 2].map((requestsPerSecond, round) => ({
        requestsPerSecond,
        p50Ms: 1,
        p99Ms: 2,
        cpuMicrosecondsPerRequest: 40,
        allocatedBytesPerRequest: 11_000,
        residentBytes: 100 * 2 ** 20,
        ...(sampled !== undefined && { spans: { received: 199, perRequest: 2, share: shares[round] ?? 1 } }),
      }));
      return [name, rounds];
    }),
  );
}

const missed = (changed?: Partial<Record<VariantName, number>>, shares?: number[]) =>
  renderMisses(judge(makeSamples(changed, shares)));

describe("the verdict", () => {
  test("is that no aim is missed when each is just reached", () => {
    expect(missed()).toEqual([]);
  });

  test.each([
    { name: "gozcu0", rate: 949, told: "Gözcü metrics only: requests/s to Express: 0.949, must be at least 0.950" },
    { name: "gozcu10", rate: 890, told: "Gözcü 10 %: requests/s to Express: 0.890, must be at least 0.900" },
    { name: "gozcu100", rate: 740, told: "Gözcü 100 %: requests/s to Express: 0.740, must be at least 0.750" },
    { name: "stock10", rate: 450, told: "Gözcü 10 %: requests/s to Express, OpenTelemetry 10 %: 2.000, must" },
    { name: "stock100", rate: 375, told: "Gözcü 100 %: requests/s to Express, OpenTelemetry 100 %: 2.000, must" },
  ])("names the aim that $name at $rate requests/s misses", ({ name, rate, told }) => {
    expect(missed({ [name]: rate })).toEqual([expect.stringContaining(told)]);
  });

  test("is a miss when every request is sampled, and spans are lost in one of the rounds", () => {
    expect(missed({}, [1, 0.5])).toEqual([
      "Express, Gözcü 100 %: share of the spans received, worst round: 0.500, must be at least 0.990",
    ]);
  });
});

describe("the findings", () => {
  const samples = makeSamples();
  const findings = readFindings(samples, { raw: 65_432 });
  const [speed, cost, exported] = renderTables(findings, judge(samples));

  test("have the ratio of each round to bare Express of the same round, not of the medians", () => {
    const gozcu = findings.find(({ name }) => name === "gozcu100");
    expect(gozcu?.ratio).toEqual({ median: 0.75, min: 0.75, max: 0.75 });
    expect(gozcu?.requestsPerSecond).toEqual({ median: 562.5, min: 375, max: 750 });
  });

  test("have a row for every variant, with its figures", () => {
    expect(speed?.rows.map(([label]) => label)).toEqual(Object.values(variants).map(({ label }) => label));
    expect(speed?.rows[0]).toEqual(["node:http alone", "1,275", "850–1,700", "1.70", "1.70–1.70", "1.00", "2.00"]);
    expect(cost?.rows[0]).toEqual(["node:http alone", "40.0", "11,000", "65,432", "100"]);
    expect(cost?.rows[1]?.[3]).toBe("–");
  });

  test("show how many spans were made and how many were dropped on their way", () => {
    expect(exported?.rows).toHaveLength(4);
    expect(exported?.rows[0]).toEqual(["Express, OpenTelemetry 10 %", "2.0", "200", "199", "99.5 %", "99.0 %–100.0 %"]);
  });
});
