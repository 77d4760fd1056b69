import { argv, env } from "node:process";
import { startAllocationCount } from "../allocation.ts";
import { readCpuMicroseconds } from "../cpu-time.ts";
import { findRow } from "../named-row.ts";
import { readQuantiles } from "../quantiles.ts";
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

/**
 * Arguments: telemetry, backend, and for how many milliseconds jobs come to warm it up, to be measured, and to count
 * allocations. The backend's URL, which may hold a password, is BACKEND_URL in the environment.
 */
async function main(): Promise<void> {
  const [, , telemetryName, backendName, warmUpMs, measuredMs, allocationMs] = argv;
  const [, load] = findRow("telemetry", targets, telemetryName);
  const [backend] = findRow("backend", backends, backendName);
  const { startTarget } = await load();
  const target = await startTarget(env);
  const { run, close } = await createLoad({ backend, url: env.BACKEND_URL ?? "", target });
  let total = 0;
  answerQuestions({
    async warmUp() {
      total += (await run(Number(warmUpMs))).latenciesMs.length;
      await target.flush();
    },
    async measure() {
      const cpuAtStart = readCpuMicroseconds();
      const { latenciesMs, milliseconds } = await run(Number(measuredMs));
      // What is sent afterwards is a part of what the jobs cost.
      await target.flush();
      const cpuMicroseconds = readCpuMicroseconds() - cpuAtStart;
      const residentBytes = process.memoryUsage.rss();
      const { count: jobs, p50: p50Ms, p99: p99Ms } = readQuantiles(latenciesMs);
      total += jobs;
      return JSON.stringify({
        ...{ jobs, p50Ms, p99Ms },
        total,
        milliseconds,
        cpuMicroseconds,
        residentBytes,
        counts: await target.readCounts(),
      });
    },
    async allocatedBytesPerJob() {
      const readAllocated = startAllocationCount();
      const { latenciesMs } = await run(Number(allocationMs));
      return readAllocated() / latenciesMs.length;
    },
    close,
  });
}

await main();
