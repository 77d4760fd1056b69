import { address, readUrl } from "../../bench/loopback.ts";
import { findRow } from "../../bench/named-row.ts";
import { answerQuestions } from "../../bench/questions.ts";
import { createApp, type Telemetry } from "./app.ts";

/** Imported only when asked for: OpenTelemetry's instrumentation must come before Express and `node:http`. */
const kinds: Readonly<Record<"stock" | "ours", () => Promise<{ readonly startTelemetry: () => Promise<Telemetry> }>>> =
  {
    stock: () => import("./stock.ts"),
    ours: () => import("./ours.ts"),
  };

async function main(): Promise<void> {
  const [, , kind, targetUrl = ""] = process.argv;
  const [, load] = findRow("telemetry", kinds, kind);
  const { startTelemetry } = await load();
  const telemetry = await startTelemetry();
  let hanging = Promise.withResolvers<void>();
  const app = createApp(telemetry, targetUrl, () => hanging.resolve());
  const url = await readUrl(telemetry.serve(app).listen(address.port, address.host));
  answerQuestions({
    url: () => url,
    metrics: telemetry.readMetrics,
    flush: telemetry.flush,
    async hanging() {
      await hanging.promise;
      hanging = Promise.withResolvers();
    },
  });
}

await main();
