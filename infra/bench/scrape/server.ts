import diagnostics from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { readCpuMicroseconds } from "../cpu-time.ts";
import { findRow } from "../named-row.ts";
import { answerQuestions } from "../questions.ts";
import type { StartTarget } from "./target.ts";
import type { TargetName } from "./variants.ts";
import { listRequestKinds } from "./workload.ts";

/** Imported only when asked for: each process holds the library of its own target, and no other. */
const targets: Readonly<Record<TargetName, () => Promise<{ readonly startTarget: StartTarget }>>> = {
  "prom-client": () => import("./targets/prom-client.ts"),
  stock: () => import("./targets/stock.ts"),
  "gozcu-sdk": () => import("./targets/gozcu-sdk.ts"),
  gozcu: () => import("./targets/gozcu.ts"),
};

/** Adds up what the process takes between a request and the end of its answer, whatever the server does else. */
function countCpu(): () => number {
  let total = 0;
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { response } = message as { readonly response: ServerResponse };
    const start = readCpuMicroseconds();
    response.once("finish", () => {
      total += readCpuMicroseconds() - start;
    });
  });
  return () => total;
}

async function main(): Promise<void> {
  const [, , name, series] = process.argv;
  const [, load] = findRow("target", targets, name);
  const { startTarget } = await load();
  const target = await startTarget(listRequestKinds(Number(series)));
  answerQuestions({
    url: () => target.url,
    record: target.record,
    cpuMicroseconds: countCpu(),
  });
}

await main();
