import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitoring } from "../../../app/catalogue/monitoring.ts";
import { openDataFolder } from "../../../app/data-folder.ts";
import type { Log } from "../../../app/log.ts";
import type { Files } from "../../topology/service.ts";
import type { PlannedService } from "../contract.ts";
import { type ChildProgram, type ProgramOptions, startProgram } from "./child-program.ts";
import { type MonitorName, monitors } from "./monitors.ts";
import { stopLeftOver } from "./pid-file.ts";
import type { Home } from "./plan.ts";
import { askVersion } from "./program-version.ts";

interface Start {
  readonly plan: PlannedService;
  /** Where it will answer. */
  readonly url: string;
  /** What the files hold that is not to be quoted. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** One program of the monitoring, with its folder. */
export interface Monitor {
  /** `0.25.0`; undefined when it does not say. */
  readonly version: string | undefined;
  readonly home: Omit<Home, "port">;
  /** Starts it as planned for its home; resolves when it is ready. */
  start(how: Start): Promise<void>;
  /** Stops it, if it was started, and lets go of the folder. */
  close(): Promise<void>;
}

/** In a program's folder, while gozcu runs it: where it is. For the commands of people. */
export const urlFileName = "url";

/** Anew each time: what an earlier configuration had, secrets among it, does not stay behind. */
async function writeFiles(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  for (const [path, text] of Object.entries(files)) await writeFile(path, text, { mode: 0o600 });
}

/** We can only ask an address, and what is not guarded has one. */
function readyUrlOf({ name, health }: PlannedService): string {
  if ("url" in health) return health.url;
  throw new Error(
    `${name} is asked by a command whether it is ready, and as a process it must have an address for that`,
  );
}

/**
 * Opens a program's folder, made the first time, and stops what a killed gozcu has left running in it.
 * @throws Error when the folder cannot be had: another gozcu may use it.
 */
export async function openMonitor(options: {
  readonly name: MonitorName;
  readonly program: string;
  readonly folder: string;
  readonly env: ProgramOptions["env"];
  readonly log: Log;
}): Promise<Monitor> {
  const { name, program, env, log } = options;
  const { title, forgets } = monitors[name];
  const version = await askVersion(program, env);
  const folder = await openDataFolder(options.folder, { alone: true });
  const config = join(folder.path, "config");
  const data = join(folder.path, "data");
  const home = { program, config, data };
  const pidFile = join(folder.path, "pid");
  const logFile = join(folder.path, "output.log");
  const urlFile = join(folder.path, urlFileName);
  try {
    await stopLeftOver(pidFile, monitoring.stopGraceMs);
    await rm(urlFile, { force: true });
  } catch (error) {
    await folder.close();
    throw error;
  }

  let child: ChildProgram | undefined;
  let closed = false;
  return {
    version,
    home,
    async start({ plan, url, secrets, signal }) {
      await writeFiles(config, { ...plan.files, ...plan.secretFiles });
      for (const file of forgets) await rm(join(data, file), { force: true });
      child = await startProgram({
        ...{ name: title, program, pidFile, logFile, secrets, signal },
        env: { ...env, ...plan.env },
        args: plan.args,
        cwd: folder.path,
        readyUrl: readyUrlOf(plan),
        deadlineMs: monitoring.readyDeadlineMs,
        graceMs: monitoring.stopGraceMs,
      });
      void child.ended.then((how) => {
        if (!closed) log("warn", `${title} ${how}; alerts are off until gozcu is started again (see ${logFile})`);
      });
      await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
    },
    async close() {
      closed = true;
      await child?.close();
      await rm(urlFile, { force: true });
      await folder.close();
    },
  };
}
