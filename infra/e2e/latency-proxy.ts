import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

export interface LatencyProxy {
  readonly port: number;
  /** From now on every answer takes so much longer. */
  slowDown(ms: number): void;
  close(): Promise<void>;
}

/** Stands between a client and a server on the loopback address, to make the server one that is far away. */
export async function startLatencyProxy(target: { readonly port: number }): Promise<LatencyProxy> {
  const sockets = new Set<Socket>();
  let latencyMs = 0;

  const listener = createServer((client) => {
    const server = connect(target.port, "127.0.0.1");
    const late = Duplex.from(async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        if (latencyMs > 0) await delay(latencyMs);
        yield chunk;
      }
    });
    late.on("error", () => client.destroy());
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    server.pipe(late).pipe(client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    slowDown(ms) {
      latencyMs = ms;
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
