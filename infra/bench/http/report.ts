import { renderBarChart } from "../chart.ts";
import type { Spread } from "../rounds.ts";
import { nothing, type Table } from "../table.ts";
import type { Finding, JudgedAim } from "./findings.ts";
import { baseName, variants } from "./variants.ts";

const count = (value: number) => Math.round(value).toLocaleString("en-US");
const two = (value: number) => value.toFixed(2);
/** Enough to tell a figure that just misses from its aim. */
const three = (value: number) => value.toFixed(3);
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
const range = ({ min, max }: Spread, render: (value: number) => string) => `${render(min)}–${render(max)}`;

/** The columns of a table, each with what it tells of a variant. */
type Columns = Readonly<Record<string, (finding: Finding) => string>>;

const speed: Columns = {
  variant: ({ variant }) => variant.label,
  "requests/s": ({ requestsPerSecond }) => count(requestsPerSecond.median),
  "min–max": ({ requestsPerSecond }) => range(requestsPerSecond, count),
  "ratio to Express": ({ ratio }) => two(ratio.median),
  "ratio, min–max": ({ ratio }) => range(ratio, two),
  "p50 ms": ({ p50Ms }) => two(p50Ms),
  "p99 ms": ({ p99Ms }) => two(p99Ms),
};

const cost: Columns = {
  variant: ({ variant }) => variant.label,
  "CPU µs a request": ({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest.toFixed(1),
  "allocated bytes a request": ({ allocatedBytesPerRequest }) => count(allocatedBytesPerRequest),
  "instructions a request": ({ instructionsPerRequest: value }) => (value === undefined ? nothing : count(value)),
  "RSS MiB": ({ residentBytes }) => count(residentBytes / 2 ** 20),
};

const exported: Columns = {
  variant: ({ variant }) => variant.label,
  "spans a request": ({ spans }) => spans?.perRequest.toFixed(1) ?? nothing,
  "spans made": ({ spans }) => (spans === undefined ? nothing : count(spans.received / spans.share.median)),
  "spans received": ({ spans }) => (spans === undefined ? nothing : count(spans.received)),
  "share received": ({ spans }) => (spans === undefined ? nothing : percent(spans.share.median)),
  "share, min–max": ({ spans }) => (spans === undefined ? nothing : range(spans.share, percent)),
};

function renderColumns(title: string, columns: Columns, findings: readonly Finding[]): Table {
  const cells = Object.values(columns);
  return { title, columns: Object.keys(columns), rows: findings.map((finding) => cells.map((cell) => cell(finding))) };
}

function renderVerdicts(verdicts: readonly JudgedAim[]): Table {
  const rows = verdicts.map(({ what, aim, spread, judged, kept }) => [
    what,
    two(judged),
    range(spread, two),
    two(aim),
    kept ? "kept" : "**missed**",
  ]);
  return { title: "Aims", columns: ["ratio", "judged", "min–max", "at least", "verdict"], rows };
}

/** The tables of the page. */
export function renderTables(findings: readonly Finding[], verdicts: readonly JudgedAim[]): readonly Table[] {
  const traced = findings.filter(({ spans }) => spans !== undefined);
  return [
    renderColumns("Speed", speed, findings),
    renderColumns("What a request costs", cost, findings),
    renderColumns("Spans that reached the collector in a turn", exported, traced),
    renderVerdicts(verdicts),
  ];
}

/** A sentence for each aim that was missed. */
export function renderMisses(verdicts: readonly JudgedAim[]): readonly string[] {
  return verdicts
    .filter(({ kept }) => !kept)
    .map(({ what, aim, judged }) => `${what}: ${three(judged)}, must be at least ${three(aim)}`);
}

/** Requests a second relative to bare Express, with the aims. */
export function renderChart(findings: readonly Finding[]): string {
  return renderBarChart({
    title: `Requests a second, relative to ${variants[baseName].label} without telemetry`,
    description:
      "One bar for each variant, longer is faster. The thin line spans the rounds from the slowest to the fastest; the mark across a bar is what it should reach at least.",
    bars: findings.map(({ variant: { label, aim }, ratio: { median, min, max } }) => ({
      label,
      value: median,
      range: [min, max],
      ...(aim !== undefined && { aim }),
    })),
    renderValue: two,
  });
}
