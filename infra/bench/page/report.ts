import { type Quantiles, readQuantiles } from "../quantiles.ts";
import { readSpread } from "../rounds.ts";
import { renderTable } from "../table.ts";
import type { MeasuredRow } from "./first-byte.ts";
import type { StreamRound } from "./stream-rounds.ts";

/** The longest time to the first byte of the page at p95, in milliseconds. */
const firstByteMs = 100;
/** What an open stream may cost, in kB of 1,000 bytes. */
const streamKilobytes = 50;

export interface Findings {
  readonly rows: readonly MeasuredRow[];
  readonly rounds: readonly StreamRound[];
  readonly jobs: { readonly small: number; readonly large: number };
  readonly streams: number;
  readonly seconds: number;
}

const count = (value: number) => value.toLocaleString("en-US");
const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

interface JudgedRow {
  readonly name: string;
  readonly small: Quantiles;
  readonly large: Quantiles;
}

function judgeRow({ row, ...samples }: MeasuredRow): JudgedRow {
  const name = `${row.view}${row.paced ? ", each drawn anew" : ""}`;
  return { name, small: readQuantiles(samples.small), large: readQuantiles(samples.large) };
}

/** What a stream took in a round, in kB. */
function costOf({ before, during }: StreamRound, kind: "resident" | "live", streams: number): number {
  return (during[kind] - before[kind]) / streams / 1_000;
}

const medianCost = ({ rounds, streams }: Findings, kind: "resident" | "live") =>
  readSpread(rounds.map((round) => costOf(round, kind, streams))).median;

/** Which aims are missed, a sentence each. */
export function findMisses(findings: Findings): readonly string[] {
  const { rows, rounds, streams } = findings;
  const slow = rows
    .map(judgeRow)
    .flatMap(({ name, small, large }) =>
      [small, large].some(({ p95 }) => p95 >= firstByteMs)
        ? [`the page ${name}: p95 is not below ${firstByteMs} ms`]
        : [],
    );
  const dear = (["resident", "live"] as const)
    .map((kind) => [kind, medianCost(findings, kind)] as const)
    .filter(([, cost]) => cost >= streamKilobytes)
    .map(
      ([kind, cost]) => `a stream takes ${cost.toFixed(1)} kB of ${kind} memory, not less than ${streamKilobytes} kB`,
    );
  const deaf = rounds.some(({ events }) => events.fewest === 0) ? ["a stream received nothing"] : [];
  const ended = rounds.some((round) => round.ended > 0) ? [`of ${streams} streams some were ended by the service`] : [];
  return [...slow, ...dear, ...deaf, ...ended];
}

function renderFirstByte({ rows, jobs }: Findings): string {
  const [small, large] = [count(jobs.small), count(jobs.large)];
  const columns = ["p50", "p95"].flatMap((p) => [`${p} at ${small}`, `${p} at ${large}`]);
  return renderTable({
    title: "",
    columns: ["page", ...columns, "p95 ratio", "requests"],
    rows: rows
      .map(judgeRow)
      .map(({ name, small, large }) => [
        name,
        ...[small.p50, large.p50, small.p95, large.p95].map(ms),
        (large.p95 / small.p95).toFixed(2),
        String(small.count),
      ]),
  });
}

function renderStreams(findings: Findings): string {
  const { rounds, streams, seconds } = findings;
  const columns = [
    ...["round", "resident before, MB", "with streams, MB", "kB a stream", "live before, MB", "with streams, MB"],
    ...["kB a stream", "events of a stream", "kB sent a stream and second"],
  ];
  const rows = rounds.map((round, n) => {
    const { before, during, events, bytes } = round;
    return [
      String(n + 1),
      ...[megabytes(before.resident), megabytes(during.resident), costOf(round, "resident", streams).toFixed(1)],
      ...[megabytes(before.live), megabytes(during.live), costOf(round, "live", streams).toFixed(1)],
      `${events.fewest} to ${events.most}`,
      (bytes / streams / seconds / 1_000).toFixed(2),
    ];
  });
  return renderTable({ title: "", columns, rows });
}

/** The results as Markdown. */
export function renderPageReport(findings: Findings, circumstances: readonly string[]): string {
  const { jobs, streams } = findings;
  const misses = findMisses(findings);
  const costs = `${medianCost(findings, "resident").toFixed(1)} kB resident, ${medianCost(findings, "live").toFixed(1)} kB live`;
  return `${[
    `# The status page at ${count(jobs.small)} and at ${count(jobs.large)} jobs, and with ${count(streams)} open streams`,
    circumstances.map((line) => `- ${line}`).join("\n"),
    "## Time to the first byte",
    renderFirstByte(findings),
    `Times in milliseconds. Aim: a p95 below ${firstByteMs} ms.`,
    "## What an open stream costs",
    renderStreams(findings),
    `The median is ${costs}. Aim: below ${streamKilobytes} kB, and every stream hears of what changes.`,
    misses.length === 0 ? "All aims are kept." : `**Aims missed:**\n\n${misses.map((line) => `- ${line}`).join("\n")}`,
  ].join("\n\n")}\n`;
}
