import { endpoints } from "../../app/catalogue/endpoints.ts";
import { type Quantiles, readQuantiles } from "./quantiles.ts";
import type { Measured } from "./requests.ts";

/** How much longer the 95th percentile may be at the large side. */
const ratioMax = 1.5;

export interface Finding {
  /** "GET /api/jobs (failed)". */
  readonly name: string;
  readonly aim: boolean;
  readonly small: Quantiles;
  readonly large: Quantiles;
  /** p95 of the large side over that of the small one. */
  readonly ratio: number;
  readonly budgetMs: number;
  /** Which aims it misses; none of a row that is not one of the aims. */
  readonly misses: readonly string[];
}

/** Compares the two sides of a row with each other, and with the endpoint's documented budget. */
export function judge({ row, ...samples }: Measured): Finding {
  const { method, route, budgetSeconds } = endpoints[row.endpoint];
  const [small, large] = [readQuantiles(samples.small), readQuantiles(samples.large)];
  const ratio = large.p95 / small.p95;
  const budgetMs = budgetSeconds * 1_000;
  const misses = [
    ...(ratio > ratioMax ? [`ratio above ${ratioMax}`] : []),
    ...(Math.max(small.p95, large.p95) > budgetMs ? ["over the budget"] : []),
  ];
  const name = `${method} ${route}${row.variant === "" ? "" : ` (${row.variant})`}`;
  return { name, aim: row.aim, small, large, ratio, budgetMs, misses: row.aim ? misses : [] };
}

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const count = (value: number) => value.toLocaleString("en-US");

function renderRow({ name, aim, small, large, ratio, budgetMs, misses }: Finding): string {
  const verdict = !aim ? "not an aim" : misses.length === 0 ? "kept" : `**missed**: ${misses.join(", ")}`;
  const cells = [small.p50, large.p50, small.p95, large.p95, small.p99, large.p99].map(ms);
  return `| \`${name}\` | ${cells.join(" | ")} | ${ratio.toFixed(2)} | ${budgetMs} | ${verdict} |`;
}

export interface ReportOptions {
  readonly findings: readonly Finding[];
  readonly jobs: { readonly small: number; readonly large: number };
  /** What it was measured on, and how: a line each. */
  readonly circumstances: readonly string[];
}

/** The results as Markdown, times in milliseconds. */
export function renderReport({ findings, jobs, circumstances }: ReportOptions): string {
  const [small, large] = [count(jobs.small), count(jobs.large)];
  const columns = ["p50", "p95", "p99"].flatMap((p) => [`${p} at ${small}`, `${p} at ${large}`]);
  const head = ["request", ...columns, "p95 ratio", "budget", "verdict"];
  return [
    `# The same time at ${small} and at ${large} jobs`,
    "",
    ...circumstances.map((line) => `- ${line}`),
    `- Aim: the p95 at ${large} jobs is at most ${ratioMax} times the one at ${small}, and both are within the endpoint's budget.`,
    "",
    `| ${head.join(" | ")} |`,
    `| --- |${" ---: |".repeat(head.length - 2)} --- |`,
    ...findings.map(renderRow),
    "",
    "Times in milliseconds.",
    "",
  ].join("\n");
}
