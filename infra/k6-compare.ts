import { parseArgs } from "node:util";
import { errorMessage } from "../app/error-message.ts";
import { defaultRuns, UsageError } from "./k6/command.ts";
import { compare, isRegression, renderComparisons } from "./k6/comparison.ts";
import { findLastRuns, readRunSummary } from "./k6/run-folder.ts";
import { readVerdicts } from "./k6/verdicts.ts";

const exitWorse = 1;
const exitUsage = 2;

const usage = `Usage: npm run k6:compare [-- <run before> <run after>] [--tolerance 10%] [--out ${defaultRuns}]

Compares two runs of npm run k6, threshold by threshold. A run is its folder, or its summary.json.
Unless two are named: the last run, and the one of the same scenario before it.

  --tolerance  by how much a number may be worse (10%)
  --out        where the runs are looked for (${defaultRuns})

The exit code is 0 when nothing is worse, 1 when something is worse beyond the tolerance, now broken or no longer
measured, and 2 when the command is wrong or a run cannot be read.
`;

function parse(args: readonly string[]) {
  const options = {
    tolerance: { type: "string", default: "10%" },
    out: { type: "string", default: defaultRuns },
    help: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(`${errorMessage(cause)} (see --help)`, { cause });
  }
}

function readTolerance(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent === undefined) throw new UsageError(`--tolerance ${JSON.stringify(text)} is no share: write it like 10%`);
  return Number(percent) / 100;
}

async function findRuns(named: readonly string[], out: string): Promise<readonly [string, string]> {
  const [before, after, ...more] = named;
  if (before === undefined) return findLastRuns(out);
  if (after === undefined || more.length > 0) throw new UsageError(`two runs are compared, not ${named.length}`);
  return [before, after];
}

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const tolerance = readTolerance(values.tolerance);
  const [before, after] = await findRuns(positionals, values.out);
  const comparisons = compare(readVerdicts(await readRunSummary(before)), readVerdicts(await readRunSummary(after)), {
    tolerance,
  });
  process.stdout.write(`${[`${before} → ${after}`, ...renderComparisons(comparisons)].join("\n")}\n`);
  return comparisons.some(isRegression) ? exitWorse : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`k6:compare: ${errorMessage(error)}\n`);
  process.exitCode = exitUsage;
}
