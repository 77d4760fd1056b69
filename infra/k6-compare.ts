import { errorMessage } from "../app/error-message.ts";
import { parseArguments, UsageError } from "./k6/arguments.ts";
import { defaultRuns } from "./k6/command.ts";
import { compare, isRegression, listNewFailures, renderComparisons } from "./k6/comparison.ts";
import { findLastRuns, readSavedRun, renderLoad, type SavedRun } from "./k6/run-folder.ts";
import { readVerdicts } from "./k6/verdicts.ts";

const exitWorse = 1;
const exitUsage = 2;

const usage = `Usage: npm run k6:compare [-- <run before> <run after>] [--tolerance 10%] [--out ${defaultRuns}]

Compares two runs of npm run k6, threshold by threshold. A run is its folder, or its summary.json.
Unless two are named: the last run, and the one of the same load before it. Runs of two scenarios are not compared.

  --tolerance  by how much a number may be worse (10%)
  --out        where the runs are looked for (${defaultRuns})

The exit code is 0 when nothing is worse, 1 when something is worse beyond the tolerance, now broken or no longer
measured, and 2 when the command is wrong, a run cannot be read, or the two cannot be compared.
`;

const options = {
  tolerance: { type: "string", default: "10%" },
  out: { type: "string", default: defaultRuns },
  help: { type: "boolean" },
} as const;

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

function listWarnings(before: SavedRun, after: SavedRun): readonly string[] {
  const [old, now] = [renderLoad(before), renderLoad(after)];
  return old === now ? [] : [`NOT THE SAME LOAD, so not the same numbers: ${old} → ${now}`];
}

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const tolerance = readTolerance(values.tolerance);
  const paths = await findRuns(positionals, values.out);
  const [before, after] = await Promise.all([readSavedRun(paths[0]), readSavedRun(paths[1])]);
  if (before.run.scenario !== after.run.scenario)
    throw new UsageError(`a run of ${before.run.scenario} cannot be compared with one of ${after.run.scenario}`);
  const comparisons = compare(readVerdicts(before.summary), readVerdicts(after.summary), { tolerance });
  const newFailures = listNewFailures(before.run.failed, after.run.failed);
  const lines = [
    paths.join(" → "),
    ...listWarnings(before.run, after.run),
    ...renderComparisons(comparisons),
    ...newFailures.map((sentence) => `now BROKEN: ${sentence}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return comparisons.some(isRegression) || newFailures.length > 0 ? exitWorse : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`k6:compare: ${errorMessage(error)}\n`);
  process.exitCode = exitUsage;
}
