import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { createAddressGuard, type ResolveHost } from "./address-guard.ts";
import { createWebhookSecret } from "./secret.ts";
import { createWebhookSender, type Delivery } from "./sender.ts";

/** Senders and receivers for the tests, on loopback; each test file closes what it began after each test. */
export function startWebhookTests() {
  const secret = createWebhookSecret();
  const body = JSON.stringify({ type: "job.completed", data: { id: "1", word: "gökyüzü" } });
  const closers: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  function startSender({ allowPrivate = true, lookup, timeoutMs }: SenderChoices = {}) {
    const guard = createAddressGuard({ allowPrivate, ...(lookup && { lookup }) });
    const sender = createWebhookSender({ secret, version: "1.2.3", guard, ...(timeoutMs && { timeoutMs }) });
    closers.push(() => sender.close());
    return sender;
  }

  /** `sockets` are the connections that the server has had. */
  async function listen(server: Server) {
    const sockets: Socket[] = [];
    server.on("connection", (socket) => sockets.push(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    });
    return { url: `http://127.0.0.1:${port}/hook?token=hunter2`, port, sockets };
  }

  const startServer = (answer: RequestListener) => listen(createServer(answer));

  /** Verifies each request as a receiver does, then lets `answer` decide. */
  async function startReceiver(answer: Answer = (response) => response.end("thanks")) {
    const received: Received[] = [];
    const server = await startServer(async (request, response) => {
      const { url, headers } = request;
      const payload = new Webhook(secret).verify(await text(request), headers as Record<string, string>);
      received.push({ url, headers, payload });
      answer(response, received.length);
    });
    return { ...server, received };
  }

  function delivery(url: string, more: Partial<Delivery> = {}): Delivery {
    return { url, id: "msg_1", timestamp: new Date(), body, carrier: {}, ...more };
  }

  return { secret, body, startSender, listen, startServer, startReceiver, delivery };
}

interface SenderChoices {
  readonly allowPrivate?: boolean;
  readonly lookup?: ResolveHost;
  readonly timeoutMs?: number;
}

type Answer = (response: ServerResponse, count: number) => void;

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly payload: unknown;
}
