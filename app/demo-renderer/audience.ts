import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Faults } from "./faults.ts";
import type { Audience } from "./prompt-queue.ts";

/** `/ws`: a socket for each client id. A prompt's messages go to the client that submitted it, the status to all. */
export function createAudience(options: {
  readonly server: Server;
  readonly faults: Faults;
  readonly remaining: () => number;
  /** Where a client that comes back finds its running prompt. */
  readonly nodeOf: (clientId: string) => unknown;
}): Audience & { close(): void } {
  const { server, faults } = options;
  const acceptor = new WebSocketServer({ noServer: true, maxPayload: 2 ** 20 });
  const sockets = new Map<string, WebSocket>();
  const hung = new Set<Duplex>();

  const status = () => ({ status: { exec_info: { queue_remaining: options.remaining() } } });

  function deliver(socket: WebSocket | undefined, type: string, data: unknown): void {
    if (faults.down) socket?.terminate();
    else if (!faults.hang) socket?.send(JSON.stringify({ type, data }));
  }

  function dropSockets(): void {
    for (const socket of acceptor.clients) socket.terminate();
  }

  server.on("upgrade", (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? "/", "http://demo");
    if (faults.down || url.pathname !== "/ws") connection.destroy();
    else if (faults.hang) hung.add(connection);
    else acceptor.handleUpgrade(request, connection, head, (socket) => welcome(socket, url));
  });

  function welcome(socket: WebSocket, url: URL): void {
    const sid = url.searchParams.get("clientId") || randomUUID().replaceAll("-", "");
    sockets.set(sid, socket);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      if (sockets.get(sid) === socket) sockets.delete(sid);
    });
    deliver(socket, "status", { ...status(), sid });
    const node = options.nodeOf(sid);
    if (node) deliver(socket, "executing", { node });
  }

  return {
    send(clientId, type, data) {
      if (clientId !== undefined) deliver(sockets.get(clientId), type, data);
    },
    status() {
      for (const socket of sockets.values()) deliver(socket, "status", status());
    },
    dropSockets,
    close() {
      dropSockets();
      for (const connection of hung) connection.destroy();
      acceptor.close();
    },
  };
}
