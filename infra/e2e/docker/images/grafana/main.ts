import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setInterval } from "node:timers/promises";
import { answerUser } from "./api.ts";
import { loadDashboards } from "./dashboards.ts";
import { readProvisioning } from "./provisioning.ts";
import { readSettings } from "./settings.ts";
import { countStart } from "./state.ts";

/** How often Grafana looks whether a provider's files have changed, unless told otherwise. */
const lookAgainMs = 10_000;

const settings = readSettings(process.env);
const { datasources, providers } = readProvisioning(settings.provisioning);
let dashboards = await loadDashboards(providers);
const { starts } = await countStart(settings.data);
const content = { datasources, dashboards: () => dashboards, starts };
const expected = `Basic ${Buffer.from(`${settings.user}:${settings.password}`).toString("base64")}`;

async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (!pathname.startsWith(`${settings.subPath}/`)) return { status: 404, body: { message: "Not found" } };
  const path = pathname.slice(settings.subPath.length);
  if (path === "/api/health") return { status: 200, body: { database: "ok", version: "stand-in" } };
  if (request.headers.authorization !== expected) return { status: 401, body: { message: "Unauthorized" } };
  return answerUser(content, path);
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(request);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer((request, response) => void respond(request, response));
server.listen(settings.port, settings.host);

const stopping = new AbortController();
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  stopping.abort();
});

try {
  for await (const _ of setInterval(lookAgainMs, undefined, { signal: stopping.signal })) {
    try {
      dashboards = await loadDashboards(providers);
    } catch (error) {
      // A file that is half written: the last good ones stay.
      process.stderr.write(`${JSON.stringify({ level: "error", msg: String(error) })}\n`);
    }
  }
} catch (error) {
  if (!stopping.signal.aborted) throw error;
}
