import { argv, env } from "node:process";
import { answerQuestions } from "../questions.ts";
import { createLoad } from "./queue.ts";
import type { StartTarget } from "./target.ts";
import { backends, type TelemetryName } from "./variants.ts";

/** Imported only when asked for: each process holds its own telemetry, and no other. */
const targets: Readonly<Record<TelemetryName, () => Promise<{ readonly startTarget: StartTarget }>>> = {
  bare: () => import("./targets/bare.ts"),
  "bullmq-otel": () => import("./targets/bullmq-otel.ts"),
  gozcu: () => import("./targets/gozcu.ts"),
};

function find<K extends string, V>(what: string, rows: Readonly<Record<K, V>>, name: string | undefined): [K, V] {
  const found = (Object.entries(rows) as [K, V][]).find(([key]) => key === name);
  if (found === undefined)
    throw new Error(`the ${what} is ${JSON.stringify(name)}: must be ${Object.keys(rows).join(", ")}`);
  return found;
}

function readCpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Arguments: telemetry, backend, its URL, and how long it is warmed up and measured, in milliseconds. */
async function main(): Promise<void> {
  const [, , telemetryName, backendName, url = "", warmUpMs, measuredMs] = argv;
  const [, load] = find("telemetry", targets, telemetryName);
  const [backend] = find("backend", backends, backendName);
  const { startTarget } = await load();
  const target = await startTarget(env);
  const { run, close } = await createLoad({ backend, url, target });
  let total = 0;
  answerQuestions({
    async warmUp() {
      total += (await run(Number(warmUpMs))).jobs;
      await target.flush();
    },
    async measure() {
      const cpuAtStart = readCpuMicroseconds();
      const { jobs, milliseconds } = await run(Number(measuredMs));
      // What is sent afterwards is a part of what the jobs cost.
      await target.flush();
      const cpuMicroseconds = readCpuMicroseconds() - cpuAtStart;
      const residentBytes = process.memoryUsage.rss();
      total += jobs;
      return JSON.stringify({
        jobs,
        total,
        milliseconds,
        cpuMicroseconds,
        residentBytes,
        counts: await target.readCounts(),
      });
    },
    close,
  });
}

await main();
