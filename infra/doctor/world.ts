import { execFile } from "node:child_process";
import { once } from "node:events";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { EnvHttpProxyAgent, fetch } from "undici";
import type { Environment } from "../../app/config.ts";
import { createDocker, type Docker } from "../engines/docker/docker-cli.ts";
import { deadlinesMs } from "./requirements.ts";

/** How a program has ended. */
export interface Ended {
  /** Undefined when it did not start, or was stopped at its deadline. */
  readonly code: number | undefined;
  /** What it wrote, to either output; without a code, why there is none. */
  readonly said: string;
}

interface Question {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** All that the checks touch of the world outside of files. */
export interface World {
  readonly env: Environment;
  readonly nodeVersion: string;
  readonly docker: Pick<Docker, "ask">;
  run(program: string, args: readonly string[]): Promise<Ended>;
  /** Bytes that are free for everybody where the path is. */
  freeBytes(path: string): Promise<number>;
  /** @throws Error whose message says what failed on the way: no such host, refused, no answer. */
  ask(url: string, question?: Question): Promise<Answer>;
  /** Tries to listen there for a moment. The error's code such as `EADDRINUSE`, or undefined when it could. */
  tryPort(address: string, port: number): Promise<string | undefined>;
}

const noAnswer = (deadlineMs: number) => `no answer within ${deadlineMs / 1_000} s`;

function run(program: string, args: readonly string[], env: Environment): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: deadlinesMs.program, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, said: stdout + stderr });
      else if (code === "ENOENT") resolve({ code: undefined, said: "it is not on the PATH" });
      else resolve({ code: undefined, said: error?.killed ? noAnswer(deadlinesMs.program) : `${error?.message}` });
    });
  });
}

async function tryPort(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
  server.close();
  await once(server, "close");
  return undefined;
}

/** The innermost reason: what wraps it says only that the request failed. */
function innermost(error: unknown): string {
  let inner = error as { readonly message?: unknown; readonly code?: unknown; readonly cause?: unknown };
  while (typeof inner.cause === "object" && inner.cause !== null) inner = inner.cause;
  return String(inner.message || inner.code || error);
}

/** The world as it is. Requests go through the proxy that the environment names, as those of Terraform do. */
export function createWorld(env: Environment): World & { close(): Promise<void> } {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, no_proxy, NO_PROXY } = env;
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: http_proxy ?? HTTP_PROXY ?? "",
    httpsProxy: https_proxy ?? HTTPS_PROXY ?? "",
    noProxy: no_proxy ?? NO_PROXY ?? "",
  });
  return {
    env,
    nodeVersion: process.versions.node,
    docker: createDocker(env, deadlinesMs.program),
    run: (program, args) => run(program, args, env),
    async freeBytes(path) {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
    async ask(url, question = {}) {
      const signal = AbortSignal.timeout(deadlinesMs.network);
      try {
        const response = await fetch(url, { ...question, dispatcher, signal });
        return { status: response.status, text: await response.text() };
      } catch (cause) {
        throw new Error(signal.aborted ? noAnswer(deadlinesMs.network) : innermost(cause), { cause });
      }
    },
    tryPort,
    close: () => dispatcher.close(),
  };
}
