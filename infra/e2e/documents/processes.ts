import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { copyTree } from "../../tree-copy.ts";
import { startDemoProcess } from "../demo-process.ts";
import { findFreePort, startPostgres, startRedis } from "../programs.ts";
import { apiKey, webhookSecret } from "../service-process.ts";
import type { Block } from "./blocks.ts";

interface Processes {
  /** Where the API answers. */
  readonly url: string;
  /** Asks all of them to end; how each did. */
  stop(): Promise<readonly (number | null)[]>;
  close(): Promise<void>;
}

/** Resolves when the process says that it is ready. */
async function untilReady(child: ChildProcess, command: string): Promise<void> {
  const lines: string[] = [];
  if (child.stdout === null) throw new Error(`${command} has no output`);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes("is ready in")) return;
  }
  throw new Error(`${command} ended before it was ready:\n${lines.join("\n")}`);
}

/**
 * Starts each command of a block that is no `export` as a process of its own, in the block's environment, on a real
 * Postgres, a real Redis and the demo renderer. Undefined where there is no Redis.
 */
export async function startProcesses({ code }: Block): Promise<Processes | undefined> {
  const redis = await startRedis();
  if (redis === undefined) return undefined;
  const [postgres, comfyui, tree] = [await startPostgres(), await startDemoProcess({ stepMs: 1 }), await copyTree()];
  const secrets = join(tree.path, "secrets");
  await mkdir(secrets);
  await writeFile(join(secrets, "api-keys"), apiKey);
  await writeFile(join(secrets, "webhook-secret"), webhookSecret);
  const api = await findFreePort();
  const [apiMetrics, worker, workerMetrics] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const script = code
    .replaceAll("postgres://gozcu:…@db/gozcu", postgres.url)
    .replaceAll("redis://redis:6379", redis.url)
    .replaceAll("http://comfyui:8188", comfyui.url)
    .replaceAll("/run/secrets", secrets)
    .replaceAll("PORT=3001", `PORT=${worker}`)
    .replaceAll("9465", String(workerMetrics));
  const lines = script.split("\n").filter((line) => line !== "");
  const exports = lines.filter((line) => line.startsWith("export "));

  const children: ChildProcess[] = [];
  for (const command of lines.filter((line) => !exports.includes(line))) {
    // npm would stand between the signal and the process.
    const direct = command.replace("npm start", `exec ${process.execPath} app/main.ts`);
    const child = spawn("bash", ["--norc", "-eu", "-c", [...exports, direct].join("\n")], {
      cwd: tree.path,
      env: {
        PATH: process.env.PATH,
        // What a machine of its own would have free.
        ...{ PORT: String(api), OTEL_EXPORTER_PROMETHEUS_PORT: String(apiMetrics), START_MONITORING: "false" },
        DATA_DIR: join(tree.path, `.gozcu-${children.length}`),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    await untilReady(child, command);
    child.stdout.resume();
  }

  async function stop(): Promise<readonly (number | null)[]> {
    return Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
        child.kill("SIGTERM");
        const [exitCode] = (await once(child, "exit")) as [number | null];
        return exitCode;
      }),
    );
  }
  return {
    url: `http://127.0.0.1:${api}`,
    stop,
    async close() {
      await stop();
      for (const opened of [comfyui, redis, postgres, tree]) await opened.close();
    },
  };
}
