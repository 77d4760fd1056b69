import { createServer } from "node:http";
import { address } from "../../loopback.ts";
import { answerPing, route, type Target } from "../target.ts";

/** Node's own server, without a framework: what cannot be beaten. */
export async function startTarget(): Promise<Target> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== route) {
      response.writeHead(404).end();
      return;
    }
    const body = JSON.stringify(answerPing());
    response.writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(body),
    });
    response.end(body);
  });
  return { server: server.listen(address) };
}
