import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { makeFolder } from "./programs.ts";
import { apiKey, type ServiceProcess } from "./service-process.ts";

const comparison = fileURLToPath(new URL("../k6-compare.ts", import.meta.url));
const program = fileURLToPath(new URL("../k6.ts", import.meta.url));

export interface K6Run {
  /** Its exit code, everything that it has written, and what of that went to standard output. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly standardOutput: string }>;
  /** What it has written so far. */
  output(): string;
  /** Ends k6 in good order, as Ctrl-C does. */
  stop(): void;
  close(): Promise<void>;
}

/** The file that a run names as its numbers. */
export const summaryOf = (output: string) => /^numbers: (.*)$/m.exec(output)?.[1] ?? "";

/** `npm run k6` on a service, with `args` beside its address and its key. */
export async function startK6Run(
  service: ServiceProcess,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<K6Run> {
  const folder = await makeFolder();
  const child = spawn(process.execPath, [program, "--url", service.url, "--out", folder.path, ...args], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, API_KEY: apiKey, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const standardOutput = text(child.stdout);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  const closed = once(child, "close");
  return {
    ended: closed.then(async ([code]) => ({ code, output, standardOutput: await standardOutput })),
    output: () => output,
    stop: () => {
      child.kill("SIGTERM");
    },
    async close() {
      child.kill("SIGTERM");
      await closed;
      await folder.close();
    },
  };
}

/** `npm run k6:compare`. */
export async function compareRuns(args: readonly string[]) {
  const child = spawn(process.execPath, [comparison, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { code, output };
}
