import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { readSpans } from "../../e2e/collector.ts";
import { answerQuestions } from "../questions.ts";
import { readTraceSummary } from "./trace-summary.ts";

/**
 * An OTLP/HTTP collector, for JSON. It keeps what comes as it is, and reads it only when asked: while jobs are measured
 * it must take no time from the backend, with which it shares a core.
 */
async function main(): Promise<void> {
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    if (request.headers["content-type"] !== "application/json") {
      response.writeHead(415).end();
      return;
    }
    try {
      bodies.push(await buffer(request));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    } catch {
      // A sender that was ended in the middle of its request.
      response.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the collector has no port");
  answerQuestions({
    url: () => `http://127.0.0.1:${address.port}`,
    summary: () => JSON.stringify(readTraceSummary(bodies.flatMap((body) => readSpans(body.toString())))),
  });
}

await main();
