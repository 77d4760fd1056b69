import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { errorMessage } from "../../app/error-message.ts";
import { readSummary, type Summary } from "./summary.ts";
import type { Dropped, Verdict } from "./verdicts.ts";

/** What stands in `run.json`, for machines. */
export interface Run {
  readonly scenario: string;
  readonly testId: string;
  readonly startedAt: string;
  readonly url: string;
  readonly k6: string;
  readonly verdicts: readonly Verdict[];
  readonly dropped: Dropped;
  /** What was found broken beside k6's thresholds. */
  readonly failed: readonly string[];
}

const RunSchema = z.object({ scenario: z.string(), startedAt: z.iso.datetime() });

/** Names a run by its time, so that the names sort by it, and makes its folder. */
export async function makeRunFolder(runs: string, scenario: string, startedAt: Date) {
  const testId = `${startedAt.toISOString().replaceAll(":", "-")}-${scenario}`;
  const folder = join(resolve(runs), testId);
  await mkdir(folder, { recursive: true });
  return { testId, folder, summaryFile: join(folder, "summary.json"), reportFile: join(folder, "report.html") };
}

export function writeRun(folder: string, run: Run): Promise<void> {
  return writeFile(join(folder, "run.json"), `${JSON.stringify(run, null, 2)}\n`);
}

async function readScenario(folder: string): Promise<string | undefined> {
  try {
    return RunSchema.parse(JSON.parse(await readFile(join(folder, "run.json"), "utf8"))).scenario;
  } catch {
    // A run that was broken off, or no run at all.
    return undefined;
  }
}

/**
 * The last run, and the one of the same scenario before it.
 * @throws Error when there are no two.
 */
export async function findLastRuns(runs: string): Promise<readonly [string, string]> {
  const names = await readdir(runs).catch((cause: unknown) => {
    throw new Error(`there are no runs in ${runs} (${errorMessage(cause)}): npm run k6 makes one`, { cause });
  });
  const folders = names.toSorted().map((name) => join(runs, name));
  const all = await Promise.all(folders.map(async (folder) => ({ folder, scenario: await readScenario(folder) })));
  const last = all.findLast(({ scenario }) => scenario !== undefined);
  const before = all.findLast((run) => run !== last && run.scenario !== undefined && run.scenario === last?.scenario);
  if (last === undefined || before === undefined)
    throw new Error(`${runs} holds no two runs of ${last?.scenario ?? "any scenario"}: name two`);
  return [before.folder, last.folder];
}

/** The summary of a run's folder, or in a file. */
export async function readRunSummary(path: string): Promise<Summary> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Error(`there is no run in ${path} (${errorMessage(cause)})`, { cause });
  });
  return readSummary(found.isDirectory() ? join(path, "summary.json") : path);
}
