import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { findFreePort, makeFolder, type Program } from "./programs.ts";

const sources = fileURLToPath(new URL("../../", import.meta.url));

/** The key that every service started here takes. */
export const apiKey = "test-key-0123456789abcdef";
/** The secret that every service started here signs with. */
export const webhookSecret = `whsec_${Buffer.from("a secret for tests of 32 bytes!!").toString("base64")}`;

const RecordSchema = z.object({ msg: z.string() });

/** Undefined for a line that is none of the log's. */
function readMessage(line: string): string | undefined {
  try {
    return RecordSchema.parse(JSON.parse(line)).msg;
  } catch {
    return undefined;
  }
}

export interface ServiceProcess extends Program {
  readonly url: string;
  readonly metricsUrl: string;
  readonly pid: () => number;
  /** Everything that it has written, both streams. */
  readonly output: () => string;
  /** What its log says, a sentence each. */
  readonly messages: () => readonly string[];
  /** SIGTERM, and how it ended. */
  stop(): Promise<number | null>;
  /** SIGINT to its whole process group, as Ctrl-C in a terminal sends it. Needs `ownGroup`. */
  interrupt(): Promise<number | null>;
  get(path: string): Promise<Response>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/**
 * Starts `app/main.ts` as a process of its own, with nothing of this process' environment but PATH, and waits until it
 * says that it is ready. `settings` come before the defaults: free ports, a new data folder, a known API key. With
 * `ownGroup` it leads a process group of its own, as a terminal's foreground job does. `root` is another copy of the tree,
 * and `flags` stand on the command line.
 */
export async function startServiceProcess(
  settings: Readonly<Record<string, string>> = {},
  {
    ownGroup = false,
    root = sources,
    flags = [],
  }: { readonly ownGroup?: boolean; readonly root?: string; readonly flags?: readonly string[] } = {},
): Promise<ServiceProcess> {
  const folder = await makeFolder();
  const [port, metricsPort] = [await findFreePort(), await findFreePort()];
  const environment = {
    PATH: process.env.PATH,
    NODE_ENV: "production",
    DATA_DIR: folder.path,
    PORT: String(port),
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    API_KEYS: apiKey,
    WEBHOOK_SECRET: webhookSecret,
    WEBHOOK_ALLOW_PRIVATE: "true",
    RATE_LIMIT: "off",
    START_MONITORING: "false",
    ...settings,
  };
  let output = "";

  async function start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(root, "app/main.ts"), ...flags], {
      // Where there is no `.env` to be read.
      cwd: folder.path,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: ownGroup,
    });
    child.stderr.on("data", (chunk) => {
      output += String(chunk);
    });
    const ready = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        output += `${line}\n`;
        if (line.includes("is ready in")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`the service ended with ${code} before it was ready:\n${output}`)));
    });
    await ready;
    return child;
  }

  let child = await start();
  const url = `http://127.0.0.1:${port}`;
  async function end(signal: NodeJS.Signals, toGroup = false): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      if (toGroup && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
      await once(child, "exit");
    }
    return child.exitCode;
  }
  return {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    pid: () => child.pid ?? 0,
    output: () => output,
    messages: () => output.split("\n").flatMap((line) => readMessage(line) ?? []),
    get: (path) => fetch(`${url}${path}`, { headers: { "X-API-Key": apiKey } }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "X-API-Key": apiKey, "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    stop: () => end("SIGTERM"),
    interrupt: () => end("SIGINT", ownGroup),
    async kill() {
      await end("SIGKILL");
    },
    async restart() {
      child = await start();
    },
    async close() {
      await end("SIGTERM");
      await folder.close();
    },
  };
}
