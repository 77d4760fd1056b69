import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pin } from "../cores.ts";

/** What wrk tells of a run. */
export interface WrkReport {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const microsecondsPer: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };

/**
 * Reads what `wrk --latency` prints.
 * @throws Error when a figure is missing, or when a request failed: a server that refuses is fast.
 */
export function readWrkReport(text: string): WrkReport {
  const [failed] = /^\s*(Socket errors|Non-2xx).*$/m.exec(text) ?? [];
  if (failed !== undefined) throw new Error(`wrk: not every request was answered: ${failed.trim()}`);
  const find = (what: string, pattern: RegExp) => {
    const found = pattern.exec(text);
    if (found === null) throw new Error(`wrk printed no ${what}:\n${text}`);
    return found;
  };
  const latency = (percent: number) => {
    const [, value, unit = ""] = find(`${percent} %`, new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, "m"));
    return (Number(value) * (microsecondsPer[unit] ?? Number.NaN)) / 1_000;
  };
  return {
    requests: Number(find("number of requests", /^\s*(\d+) requests in /m)[1]),
    requestsPerSecond: Number(find("requests a second", /^Requests\/sec:\s+([\d.]+)$/m)[1]),
    p50Ms: latency(50),
    p99Ms: latency(99),
  };
}

/** Enough that the server always has the next request at hand. */
export const connections = 50;

/** Asks as fast as it is answered, for so many seconds. */
export async function runWrk(options: {
  readonly program: string;
  readonly url: string;
  readonly seconds: number;
  readonly core: number | undefined;
  readonly signal: AbortSignal;
}): Promise<WrkReport> {
  const { program, url, seconds, core, signal } = options;
  const flags = ["--threads", "1", "--connections", String(connections), "--duration", `${seconds}s`, "--latency"];
  const [file = "", ...args] = pin([program, ...flags, url], core);
  const running = promisify(execFile)(file, args, { signal });
  const gone = new Promise((resolve) => running.child.once("exit", resolve));
  try {
    return readWrkReport((await running).stdout);
  } finally {
    // When it is aborted the promise does not wait for that.
    if (running.child.pid !== undefined) await gone;
  }
}
