import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { errorMessage } from "../../app/error-message.ts";
import type { Overrides } from "../../k6/plan.ts";
import { readSummary, type Summary } from "./summary.ts";
import type { Dropped, Verdict } from "./verdicts.ts";

/** What stands in `run.json`, for machines. */
export interface Run {
  readonly scenario: string;
  readonly testId: string;
  readonly startedAt: string;
  readonly url: string;
  readonly k6: string;
  /** What it did otherwise than the catalogue says. */
  readonly overrides: Overrides;
  readonly verdicts: readonly Verdict[];
  readonly dropped: Dropped;
  /** What was found broken beside k6's thresholds. */
  readonly failed: readonly string[];
}

const RunSchema = z.object({
  scenario: z.string(),
  startedAt: z.iso.datetime(),
  overrides: z.object({ seconds: z.number().exactOptional(), rates: z.record(z.string(), z.number()).exactOptional() }),
  failed: z.array(z.string()),
});

/** What is read of a saved run. */
export type SavedRun = z.infer<typeof RunSchema>;

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

async function readRun(folder: string): Promise<SavedRun> {
  const file = join(folder, "run.json");
  try {
    return RunSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new Error(`${file} tells of no run that came to its end: ${reason}`, { cause });
  }
}

/** What a run put the service under, the same text for the same load: `load, ping=500, 30 s`. */
export function renderLoad({ scenario, overrides: { seconds, rates = {} } }: SavedRun): string {
  const given = Object.entries(rates).map(([flow, perSecond]) => `${flow}=${perSecond}`);
  return [scenario, ...given.toSorted(), ...(seconds === undefined ? [] : [`${seconds} s`])].join(", ");
}

/**
 * The last run, and the one of the same load before it.
 * @throws Error when there are no two.
 */
export async function findLastRuns(runs: string): Promise<readonly [string, string]> {
  const names = await readdir(runs).catch((cause: unknown) => {
    throw new Error(`there are no runs in ${runs} (${errorMessage(cause)}): npm run k6 makes one`, { cause });
  });
  const folders = names.toSorted().map((name) => join(runs, name));
  const all = await Promise.all(
    folders.map(async (folder) => {
      // A run that was broken off is none, nor is any other folder.
      const load = await readRun(folder).then(renderLoad, () => undefined);
      return load === undefined ? [] : [{ folder, load }];
    }),
  ).then((found) => found.flat());
  const last = all.at(-1);
  const before = all.findLast((run) => run !== last && run.load === last?.load);
  if (last === undefined || before === undefined)
    throw new Error(`${runs} holds no two runs of ${last?.load ?? "any load"}: name two`);
  return [before.folder, last.folder];
}

/**
 * A saved run.
 * @param path its folder, or the summary in it
 * @throws Error when there is none, or it was broken off.
 */
export async function readSavedRun(path: string): Promise<{ readonly run: SavedRun; readonly summary: Summary }> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Error(`there is no run in ${path} (${errorMessage(cause)})`, { cause });
  });
  const [folder, file] = found.isDirectory() ? [path, join(path, "summary.json")] : [dirname(path), path];
  return { run: await readRun(folder), summary: await readSummary(file) };
}
