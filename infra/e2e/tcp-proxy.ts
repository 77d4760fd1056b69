import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** From now on connections are taken and kept, and nothing goes through in either direction. */
  hang(): void;
  /** What is connected now stays so and hears nothing for ever, as after a failover; new connections go through. */
  strand(): void;
  /** Every connection is closed, new ones as soon as they are made. */
  cut(): void;
  /** Everything goes on, also what was sent meanwhile. */
  resume(): void;
  /** How many connections were made to it so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Stands between a client and a server on the loopback address, to make the server one that accepts and never answers. */
export async function startTcpProxy(target: { readonly port: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const waiting = new Set<Socket>();
  const stranded = new Set<Socket>();
  let mode: "pass" | "hang" | "cut" = "pass";
  let connections = 0;

  /** Takes the pairs apart, so that nothing goes through. */
  function part(): void {
    for (const [client, server] of pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  function join(client: Socket): void {
    const server = connect(target.port, "127.0.0.1");
    const pair = [client, server] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) {
      socket.removeAllListeners("close");
      socket.once("close", end);
    }
    server.on("error", end);
    client.pipe(server);
    server.pipe(client);
  }

  const listener = createServer((client) => {
    connections += 1;
    client.setNoDelay(true);
    client.on("error", () => client.destroy());
    if (mode === "cut") {
      client.destroy();
      return;
    }
    if (mode === "pass") {
      join(client);
      return;
    }
    client.pause();
    waiting.add(client);
    client.once("close", () => waiting.delete(client));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  return {
    port: address.port,
    connections: () => connections,
    hang() {
      mode = "hang";
      part();
    },
    strand() {
      part();
      for (const pair of pairs) for (const socket of pair) stranded.add(socket);
      pairs.clear();
    },
    cut() {
      mode = "cut";
      for (const socket of [...waiting, ...[...pairs].flat()]) socket.destroy();
    },
    resume() {
      mode = "pass";
      for (const [client, server] of pairs) {
        client.pipe(server);
        server.pipe(client);
      }
      for (const client of waiting) join(client);
      waiting.clear();
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of [...waiting, ...stranded, ...[...pairs].flat()]) socket.destroy();
      await closed;
    },
  };
}
