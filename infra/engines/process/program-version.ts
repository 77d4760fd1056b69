import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { monitoring } from "../../../app/catalogue/monitoring.ts";

const run = promisify(execFile);

/** Finds `0.25.0` in `alertmanager, version 0.25.0 (branch: …`. Undefined when there is no such thing. */
export function readVersion(said: string): string | undefined {
  return /, version v?(\d+\.\d+\.\d+)/.exec(said)?.[1];
}

/** Asks a program of the Prometheus family for its version. Undefined when it does not say, for whatever reason. */
export async function askVersion(program: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, ["--version"], { env, timeout: monitoring.versionDeadlineMs });
    return readVersion(stdout + stderr);
  } catch {
    return undefined;
  }
}
