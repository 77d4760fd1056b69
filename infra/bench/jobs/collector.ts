import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { readSpans } from "../../e2e/collector.ts";
import { address, readUrl } from "../loopback.ts";
import { answerQuestions } from "../questions.ts";
import { readTraceSummary } from "./trace-summary.ts";

/**
 * An OTLP/HTTP collector, for JSON and protobuf. It keeps what comes as it is, and reads it only when asked: while jobs
 * are measured it must take no time from the backend, with which it shares a core.
 */
async function main(): Promise<void> {
  const requests: { readonly body: Buffer; readonly type: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    try {
      requests.push({ body: await buffer(request), type: request.headers["content-type"] });
      // An answer without a body is a success in either form.
      response.writeHead(200).end();
    } catch {
      // A sender that was ended in the middle of its request.
      response.destroy();
    }
  });
  const url = await readUrl(server.listen(address.port, address.host));
  answerQuestions({
    url: () => url,
    summary: () => JSON.stringify(readTraceSummary(requests.flatMap(({ body, type }) => readSpans(body, type)))),
  });
}

await main();
