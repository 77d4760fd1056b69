import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createAudience } from "./audience.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createGallery } from "./gallery.ts";
import { createPromptQueue } from "./prompt-queue.ts";
import { createRoutes, faultsPath, type Reply } from "./routes.ts";

export interface DemoRenderer {
  readonly url: string;
  /** Set a field to make something go wrong from then on; `POST /demo/faults` does the same from elsewhere. */
  readonly faults: Faults;
  /** Drops every connection and interrupts the prompt at work. */
  close(): Promise<void>;
}

/**
 * A server with ComfyUI's contract that needs no GPU and draws patterns marked DEMO. It keeps nothing on disk and the
 * last hundred results in memory. `stepMs` (25) is the time of one sampler step or one other node, `steps` (all that
 * the workflow asks for) the most that a sampler shows.
 */
export async function startDemoRenderer(
  options: { readonly host?: string; readonly port?: number; readonly stepMs?: number; readonly steps?: number } = {},
): Promise<DemoRenderer> {
  const { host = "127.0.0.1", port = 0, stepMs = 25, steps = Number.POSITIVE_INFINITY } = options;
  const faults = createFaults();
  const gallery = createGallery();
  const server = createServer();
  const audience = createAudience({
    server,
    faults,
    remaining: () => queue.remaining(),
    nodeOf: (clientId) => queue.nodeOf(clientId),
  });
  const queue = createPromptQueue({ faults, gallery, stepMs, maxSteps: steps, audience });
  const routes = createRoutes({ queue, gallery, faults });

  async function answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? "/", "http://demo");
    const route = `${request.method} ${url.pathname.replace(/^(\/history\/).+/, "$1:id")}`;
    const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (!handler) return { status: 404 };
    const sent = await text(request);
    return handler({ url, body: sent === "" ? undefined : JSON.parse(sent) });
  }

  server.on("request", (request, response) => {
    const exempt = request.url === faultsPath;
    if (faults.down && !exempt) request.socket.destroy();
    else if (!faults.hang || exempt) {
      // ComfyUI answers what it did not expect, such as a body that is not JSON, with 500.
      void answer(request).then(
        (reply) => send(response, reply),
        () => send(response, { status: 500 }),
      );
    }
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const boundPort = address !== null && typeof address === "object" ? address.port : port;

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`,
    faults,
    async close() {
      audience.close();
      await queue.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, { status, json: body, png }: Reply): void {
  response.statusCode = status;
  if (png) response.setHeader("content-type", "image/png").end(png);
  else if (body !== undefined) {
    response.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(body));
  } else response.end();
}
