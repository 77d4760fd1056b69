import { startAllocationCount } from "../allocation.ts";
import { readCpuMicroseconds } from "../cpu-time.ts";
import { readUrl } from "../loopback.ts";
import { findRow } from "../named-row.ts";
import { answerQuestions } from "../questions.ts";
import type { Target } from "./target.ts";
import type { Variant } from "./variants.ts";

type StartTarget = (environment: Readonly<Record<string, string | undefined>>) => Promise<Target>;

/** Imported only when asked for: each process holds the telemetry of its own target, and no other. */
const targets: Readonly<Record<Variant["target"], () => Promise<{ readonly startTarget: StartTarget }>>> = {
  raw: () => import("./targets/raw.ts"),
  express: () => import("./targets/express.ts"),
  "express-messages": () => import("./targets/express-messages.ts"),
  "prom-client": () => import("./targets/prom-client.ts"),
  stock: () => import("./targets/stock.ts"),
  gozcu: () => import("./targets/gozcu.ts"),
};

async function main(): Promise<void> {
  const [, load] = findRow("target", targets, process.argv[2]);
  const { startTarget } = await load();
  const target = await startTarget(process.env);
  const url = await readUrl(target.server);
  let readAllocated = () => 0;
  answerQuestions({
    url: () => url,
    metrics: () => target.readMetrics?.() ?? "",
    flush: () => target.flush?.(),
    cpuMicroseconds: readCpuMicroseconds,
    residentBytes: () => process.memoryUsage.rss(),
    startAllocationCount: () => {
      readAllocated = startAllocationCount();
    },
    allocatedBytes: () => readAllocated(),
  });
}

await main();
