import { once } from "node:events";
import { startAllocationCount } from "../allocation.ts";
import { answerQuestions } from "../questions.ts";
import type { Target } from "./target.ts";
import type { Variant } from "./variants.ts";

type StartTarget = (environment: Readonly<Record<string, string | undefined>>) => Promise<Target>;

/** Imported only when asked for: each process holds the telemetry of its own target, and no other. */
const targets: Readonly<Record<Variant["target"], () => Promise<{ readonly startTarget: StartTarget }>>> = {
  raw: () => import("./targets/raw.ts"),
  express: () => import("./targets/express.ts"),
  "prom-client": () => import("./targets/prom-client.ts"),
  stock: () => import("./targets/stock.ts"),
  gozcu: () => import("./targets/gozcu.ts"),
};

function findTarget(name: string | undefined) {
  const found = Object.entries(targets).find(([target]) => target === name);
  if (found === undefined)
    throw new Error(`the target is ${JSON.stringify(name)}: must be ${Object.keys(targets).join(", ")}`);
  return found[1];
}

async function main(): Promise<void> {
  const { startTarget } = await findTarget(process.argv[2])();
  const target = await startTarget(process.env);
  if (!target.server.listening) await once(target.server, "listening");
  const address = target.server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");

  let readAllocated = () => 0;
  answerQuestions({
    url: () => `http://127.0.0.1:${address.port}`,
    metrics: () => target.readMetrics?.() ?? "",
    flush: () => target.flush?.(),
    cpuMicroseconds: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    residentBytes: () => process.memoryUsage.rss(),
    startAllocationCount: () => {
      readAllocated = startAllocationCount();
    },
    allocatedBytes: () => readAllocated(),
  });
}

await main();
