import { renderBarChart } from "../chart.ts";
import type { Spread } from "../rounds.ts";
import { nothing, type Table } from "../table.ts";
import type { Finding } from "./findings.ts";

/** How much longer than the faster of the others ours may take. */
const ratioMax = 1;

const ms = (value: number) => value.toFixed(2);
const count = (value: number) => value.toLocaleString("en-US");
const spread = ({ median, min, max }: Spread) => `${ms(median)} (${ms(min)}–${ms(max)})`;

export function renderFindings(series: number, findings: readonly Finding[]): Table {
  return {
    title: `A scrape of ${count(series)} series`,
    columns: ["", "ms", "ratio to the faster", "CPU ms", "bytes"],
    rows: findings.map(({ variant, ratio, bytes, ...times }) => [
      variant.label,
      spread(times.ms),
      ratio === undefined ? nothing : spread(ratio),
      spread(times.cpuMs),
      count(bytes),
    ]),
  };
}

export function renderChart(series: number, findings: readonly Finding[]): string {
  return renderBarChart({
    title: `Milliseconds for a scrape of ${count(series)} series`,
    description: "Horizontal bars, one for each library: shorter is better. The thin line is the spread of the rounds.",
    bars: findings.map(({ variant, ms }) => ({
      label: variant.label,
      value: ms.median,
      range: [ms.min, ms.max] as const,
    })),
    renderValue: ms,
  });
}

/** The aims that were missed, a sentence each. */
export function listMisses(series: number, findings: readonly Finding[]): readonly string[] {
  const stock = findings.find(({ variant }) => variant.target === "stock");
  return findings.flatMap(({ variant, ratio, bytes }) => {
    if (ratio === undefined || stock === undefined) return [];
    const what = `${variant.label}, ${count(series)} series:`;
    return [
      ...(ratio.median > ratioMax
        ? [`${what} takes ${ms(ratio.median)} times as long as the faster of the others`]
        : []),
      ...(bytes > stock.bytes ? [`${what} ${count(bytes)} bytes, ${stock.variant.label} ${count(stock.bytes)}`] : []),
    ];
  });
}
