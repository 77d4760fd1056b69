import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitoring } from "../../../app/catalogue/monitoring.ts";
import { openDataFolder } from "../../../app/data-folder.ts";
import type { Log } from "../../../app/log.ts";
import { type ChildProgram, type ProgramOptions, startProgram } from "./child-program.ts";
import { type MonitorFiles, type MonitorName, monitors } from "./monitors.ts";
import { stopLeftOver } from "./pid-file.ts";

/** One program of the monitoring, with its folder. */
export interface Monitor {
  /** Starts it on the loopback address with these files; resolves with its URL when it is ready. */
  start(at: { readonly port: number; readonly files: MonitorFiles; readonly signal: AbortSignal }): Promise<string>;
  /** Stops it, if it was started, and lets go of the folder. */
  close(): Promise<void>;
}

/** Anew each time: what an earlier configuration had, secrets among it, does not stay behind. */
async function writeFiles(folder: string, files: MonitorFiles): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
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
  const { title, configFile, renderFlags } = monitors[name];
  const folder = await openDataFolder(options.folder, { alone: true });
  const config = join(folder.path, "config");
  const pidFile = join(folder.path, "pid");
  const logFile = join(folder.path, "output.log");
  await stopLeftOver(pidFile, monitoring.stopGraceMs);

  let child: ChildProgram | undefined;
  let closed = false;
  return {
    async start({ port, files, signal }) {
      await writeFiles(config, files);
      const url = `http://127.0.0.1:${port}`;
      child = await startProgram({
        ...{ name: title, program, env, pidFile, logFile, signal },
        args: [
          `--config.file=${join(config, configFile)}`,
          ...renderFlags(join(folder.path, "data")),
          `--web.listen-address=127.0.0.1:${port}`,
          // Its own guess for links to itself is the host's name, where it does not listen.
          `--web.external-url=${url}`,
          // What it writes is read by someone looking for what is wrong.
          "--log.level=warn",
        ],
        cwd: config,
        readyUrl: `${url}/-/ready`,
        deadlineMs: monitoring.readyDeadlineMs,
        graceMs: monitoring.stopGraceMs,
      });
      void child.ended.then((how) => {
        if (!closed) log("warn", `${title} ${how}; alerts are off until gozcu is started again (see ${logFile})`);
      });
      return url;
    },
    async close() {
      closed = true;
      await child?.close();
      await folder.close();
    },
  };
}
