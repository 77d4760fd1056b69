import { once } from "node:events";
import { answerQuestions } from "../../bench/questions.ts";
import { createApp, type Telemetry } from "./app.ts";

/** Imported only when asked for: OpenTelemetry's instrumentation must come before Express and `node:http`. */
const kinds: Readonly<Record<string, () => Promise<{ readonly startTelemetry: () => Promise<Telemetry> }>>> = {
  stock: () => import("./stock.ts"),
  ours: () => import("./ours.ts"),
};

async function main(): Promise<void> {
  const [, , kind = "", targetUrl = ""] = process.argv;
  const imported = await kinds[kind]?.();
  if (imported === undefined)
    throw new Error(`the telemetry is ${JSON.stringify(kind)}: must be ${Object.keys(kinds).join(" or ")}`);
  const telemetry = await imported.startTelemetry();
  let hanging = Promise.withResolvers<void>();
  const app = createApp(telemetry, targetUrl, () => hanging.resolve());
  const server = telemetry.serve(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  answerQuestions({
    port: () => address.port,
    metrics: telemetry.readMetrics,
    flush: telemetry.flush,
    async hanging() {
      await hanging.promise;
      hanging = Promise.withResolvers();
    },
  });
}

await main();
