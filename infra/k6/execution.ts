import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { findOnPath } from "../engines/process/path.ts";

const progressSeconds = 5;
/**
 * What starts k6 so that it gets a processor only when nobody else wants one, as if it came from a machine of its own; the
 * best that is there. Set from outside, it would hold for k6's first thread alone.
 */
function findGivingWay(path: string): readonly string[] {
  const chrt = findOnPath(["chrt"], path);
  if (chrt !== undefined) return [chrt, "-i", "0"];
  const nice = findOnPath(["nice"], path);
  return nice === undefined ? [] : [nice, "-n", "10"];
}

/** Of k6's progress, which comes every second, a line in five. */
function createProgress(write: (line: string) => void): (line: string) => void {
  let lastSeconds = Number.NEGATIVE_INFINITY;
  return (line) => {
    const found = /^running \((?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?<s>[\d.]+)s\), (?<rest>.*)$/.exec(line)?.groups;
    if (found === undefined) return;
    const seconds = Number(found.h ?? 0) * 3_600 + Number(found.m ?? 0) * 60 + Number(found.s);
    if (seconds - lastSeconds < progressSeconds) return;
    lastSeconds = seconds;
    write(`  ${Math.round(seconds)} s: ${found.rest}`);
  };
}

/**
 * Runs k6 to its end. On a terminal it draws its own progress; elsewhere there is a line every five seconds.
 * @returns its exit code; undefined when a signal ended it.
 */
export async function execute(options: {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** To what it measures, where both share a machine. */
  readonly givesWay: boolean;
  readonly terminal: boolean;
  readonly write: (line: string) => void;
}): Promise<number | undefined> {
  const before = options.givesWay ? findGivingWay(options.environment.PATH ?? "") : [];
  const [file = "", ...args] = [...before, ...options.command];
  const child = spawn(file, args, {
    env: options.environment,
    stdio: ["ignore", options.terminal ? "inherit" : "pipe", "inherit"],
  });
  if (child.stdout) createInterface({ input: child.stdout }).on("line", createProgress(options.write));
  // A terminal sends Ctrl-C to k6 too, which then ends in good order and still writes its summary.
  const wait = () => {};
  const end = () => child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", end);
  try {
    const [code] = await once(child, "close");
    return typeof code === "number" ? code : undefined;
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", end);
  }
}
