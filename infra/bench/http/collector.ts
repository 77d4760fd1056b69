import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { address, readUrl } from "../loopback.ts";
import { answerQuestions } from "../questions.ts";
import { countJsonSpans, countProtobufSpans, type SpanCount } from "./span-count.ts";

const counters: Readonly<Record<string, (body: Buffer) => SpanCount>> = {
  "application/json": countJsonSpans,
  "application/x-protobuf": countProtobufSpans,
};

/**
 * An OTLP/HTTP collector that counts and forgets. It is a process of its own, and does next to nothing with a span: it
 * must never be what limits the server that sends them. It speaks no compression, as no exporter here uses one.
 */
async function main(): Promise<void> {
  let count: SpanCount = { spans: 0, serverSpans: 0, routedSpans: 0 };
  const server = createServer(async (request, response) => {
    try {
      const counter = counters[request.headers["content-type"] ?? ""];
      const body = await buffer(request);
      if (counter === undefined || request.headers["content-encoding"] !== undefined) {
        response.writeHead(415).end();
        return;
      }
      const { spans, serverSpans, routedSpans } = counter(body);
      count = {
        spans: count.spans + spans,
        serverSpans: count.serverSpans + serverSpans,
        routedSpans: count.routedSpans + routedSpans,
      };
      response.writeHead(200).end();
    } catch {
      // A sender that was ended in the middle of its request.
      response.destroy();
    }
  });
  const url = await readUrl(server.listen(address.port, address.host));
  answerQuestions({
    url: () => url,
    count: () => JSON.stringify(count),
  });
}

await main();
