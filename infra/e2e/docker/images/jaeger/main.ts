import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { readSpans } from "../../../collector.ts";
import { readConfig } from "./config.ts";
import { answerQuery } from "./query.ts";
import { openSpanStore } from "./span-store.ts";

const { values } = parseArgs({ options: { config: { type: "string" } } });
if (values.config === undefined) throw new Error("--config names no file");
const config = readConfig(await readFile(values.config, "utf8"));
const store = await openSpanStore(config);

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const pathOf = (url: string | undefined) => new URL(url ?? "/", "http://localhost");

const listeners: Readonly<Record<"otlp" | "query" | "health", RequestListener>> = {
  async otlp(request, response) {
    if (request.method !== "POST" || request.url !== "/v1/traces") return answer(response, 404, {});
    try {
      await store.add(readSpans(await buffer(request), request.headers["content-type"]));
      answer(response, 200, { partialSuccess: {} });
    } catch (error) {
      answer(response, 400, { code: 3, message: String(error) });
    }
  },
  query(request, response) {
    const { status, body } = answerQuery(store, pathOf(request.url));
    answer(response, status, body);
  },
  health(request, response) {
    const found = pathOf(request.url).pathname === config.healthPath;
    answer(response, found ? 200 : 404, { healthy: true, status: "StatusOK" });
  },
};

const servers = (["otlp", "query", "health"] as const).map((name) =>
  createServer(listeners[name]).listen(config[name].port, config[name].host),
);

process.once("SIGTERM", () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});
