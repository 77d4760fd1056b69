import { existsSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../app/error-message.ts";
import { UsageError } from "./arguments.ts";
import type { Command } from "./command.ts";
import { execute } from "./execution.ts";
import type { K6Program } from "./program.ts";
import { makeRunFolder, type Run, writeRun } from "./run-folder.ts";
import { type Findings, scenarios } from "./scenarios.ts";
import { readSummary } from "./summary.ts";
import { readDropped, readVerdicts } from "./verdicts.ts";

/** k6's own codes for a run that came to its end, that crossed a threshold, and that a signal stopped in good order. */
const exitCodes = { ended: 0, thresholdsCrossed: 99, stopped: 105 } as const;

/** What k6 reads of the repository. */
export const k6Folders = ["k6", "app/catalogue"] as const;

interface RunOptions {
  readonly command: Command;
  readonly program: K6Program;
  readonly apiKey: string;
  /** The repository. */
  readonly root: string;
  /** What programs need of the environment. */
  readonly machine: Readonly<Record<string, string>>;
  /** What the environment says to k6 and its scripts. */
  readonly ownOptions: Readonly<Record<string, string>>;
  readonly terminal: boolean;
  readonly write: (line: string) => void;
}

/** What k6 and its script read of the environment; https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/ */
function renderEnvironment(options: RunOptions, folder: Awaited<ReturnType<typeof makeRunFolder>>) {
  const { command, program, apiKey, ownOptions } = options;
  return {
    ...ownOptions,
    // A collection takes k6 half a second of both cores of a small machine: too long for response times of 10 ms, so there
    // are few: ten times what is live, about 100 MB, as long as that is not too much.
    GOGC: "1000",
    GOMEMLIMIT: "2GiB",
    // The verdicts are made of thresholds, and of the summary's first form.
    K6_NO_THRESHOLDS: "false",
    K6_NEW_MACHINE_READABLE_SUMMARY: "false",
    BASE_URL: program.renderUrl(command.url),
    API_KEY: apiKey,
    OVERRIDES: JSON.stringify(command.overrides),
    SUMMARY_FILE: folder.summaryFile,
    K6_NO_USAGE_REPORT: "true",
    K6_WEB_DASHBOARD: "true",
    K6_WEB_DASHBOARD_EXPORT: folder.reportFile,
    // Only the report is wanted: nothing is served.
    K6_WEB_DASHBOARD_PORT: "-1",
    // Of fewer than a few periods k6 makes no report.
    K6_WEB_DASHBOARD_PERIOD: "2s",
    ...(command.prometheus !== undefined && {
      K6_PROMETHEUS_RW_SERVER_URL: program.renderUrl(command.prometheus),
      K6_PROMETHEUS_RW_TREND_STATS: "p(50),p(95),p(99)",
    }),
  };
}

/** @returns whether it was stopped before its end; its summary then is of the part that there was. */
async function runK6(options: RunOptions, folder: Awaited<ReturnType<typeof makeRunFolder>>): Promise<boolean> {
  const { command, program, root, machine, terminal, write } = options;
  const outputs = command.prometheus === undefined ? [] : ["--out", "experimental-prometheus-rw"];
  const environment = renderEnvironment(options, folder);
  const code = await execute({
    command: program.renderCommand(
      // An empty address: k6's own API is not served.
      [
        "run",
        "--address=",
        "--tag",
        `testid=${folder.testId}`,
        ...outputs,
        join(root, scenarios[command.scenario].file),
      ],
      { folders: k6Folders.map((name) => join(root, name)), out: folder.folder, environment },
    ),
    environment: { ...machine, ...environment },
    givesWay: scenarios[command.scenario].givesWay,
    terminal,
    write,
  });
  if (!Object.values<number | undefined>(exitCodes).includes(code))
    throw new Error(`k6 ended with ${code ?? "a signal"}; what it wrote is above`);
  return code === exitCodes.stopped;
}

const nothing: Findings = { lines: [], failed: [] };

/**
 * One run: k6, what watches beside it, and what is made of the summary.
 * @returns what stands in `run.json`, and lines to be printed
 * @throws UsageError when the service cannot be watched or the run's folder not made, and Error when k6 failed or has
 * judged nothing.
 */
export async function startRun(options: RunOptions): Promise<{ readonly run: Run; readonly lines: readonly string[] }> {
  const { command, program } = options;
  const { scenario, url, metricsUrls } = command;
  const startedAt = new Date();
  const folder = await makeRunFolder(command.out, scenario, startedAt).catch((cause: unknown) => {
    throw new UsageError(`--out ${command.out}: no folder can be made there (${errorMessage(cause)})`, { cause });
  });
  const context = { folder: folder.folder, testId: folder.testId, url, metricsUrls };
  const { beside, epilogue } = scenarios[scenario];

  const watch = await beside?.(context).catch((cause: unknown) => {
    throw new UsageError(errorMessage(cause), { cause });
  });
  let watched = nothing;
  let stopped = false;
  try {
    stopped = await runK6(options, folder);
  } finally {
    watched = (await watch?.close()) ?? nothing;
  }
  const summary = await readSummary(folder.summaryFile);
  const verdicts = readVerdicts(summary);
  if (verdicts.length === 0) throw new Error(`k6 has judged nothing: ${folder.summaryFile} holds no threshold`);
  const made: Findings = stopped
    ? { lines: [], failed: ["stopped before its end"] }
    : ((await epilogue?.({ ...context, summary })) ?? nothing);
  const run: Run = {
    scenario,
    testId: folder.testId,
    startedAt: startedAt.toISOString(),
    url,
    k6: program.version,
    overrides: command.overrides,
    verdicts,
    dropped: readDropped(summary),
    failed: [...watched.failed, ...made.failed],
  };
  await writeRun(folder.folder, run);
  const report = existsSync(folder.reportFile) ? folder.reportFile : "none, the run was too short for k6 to make one";
  return {
    run,
    lines: [...watched.lines, ...made.lines, `report:  ${report}`, `numbers: ${folder.summaryFile}`],
  };
}
