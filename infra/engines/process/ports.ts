import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

/**
 * A port of the loopback address for each name: the wanted one when it can be had, else (and for 0) any free one. All are
 * held until the last is found, so no two are the same.
 */
export async function choosePorts<K extends string>(wanted: Readonly<Record<K, number>>): Promise<Record<K, number>> {
  const held: [name: string, server: Server][] = [];
  try {
    for (const [name, port] of Object.entries<number>(wanted)) {
      held.push([name, await listen(port).catch(() => listen(0))]);
    }
    const ports = held.map(([name, server]) => [name, (server.address() as AddressInfo).port]);
    return Object.fromEntries(ports) as Record<K, number>;
  } finally {
    for (const [, server] of held) await close(server);
  }
}
