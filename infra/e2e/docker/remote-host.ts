import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";

/** Where Docker listens on this machine. */
const localSocket = "/var/run/docker.sock";

/** This machine's Docker as one that is reached over the network; `url` is for `DOCKER_HOST`. */
export async function startRemoteHost(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  // A client that has sent all still wants to hear: `docker exec` does so.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const host = connect({ path: localSocket, allowHalfOpen: true });
    for (const socket of [client, host]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
    const ways = [pipeline(client, host), pipeline(host, client)];
    Promise.all(ways).catch(() => {
      client.destroy();
      host.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
