import { once } from "node:events";
import type { Server, Socket } from "node:net";

/** What reached a person. */
export interface Notification {
  readonly at: Date;
  /** All that a person reads, title and body, as plain text; a link is its label with its address in brackets. */
  readonly text: string;
}

/** "Come back later", and "something broke here": each channel says it in its own words. */
export type Fault = "rateLimit" | "serverError";

/** The stand-in of an outside service on a free port of the loopback address. */
export interface Channel<N extends Notification = Notification> {
  readonly name: string;
  /** What was accepted, oldest first. */
  received(): readonly N[];
  /** Why the contract refused others. What failed by a fault is not listed. */
  refused(): readonly string[];
  /** The next `count` requests (in e-mail: messages) fail so, whatever they say. */
  failNext(count: number, fault: Fault): void;
  /** Ends all connections; from now on new ones are refused. */
  refuse(): Promise<void>;
  /** Connections are taken again, on the same port. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

export interface Door {
  readonly port: number;
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

/** The loopback address: where a channel listens unless something in a container is to reach it. */
export const loopback = "127.0.0.1";

/** Listens on a free port of the address, and can stop and start again on the same. */
export async function openDoor(server: Server, host: string = loopback): Promise<Door> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  async function listen(port: number): Promise<number> {
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the channel has no port");
    return address.port;
  }
  const port = await listen(0);
  return {
    port,
    async refuse() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async accept() {
      if (!server.listening) await listen(port);
    },
  };
}

/** The faults that are still to come, in order. */
export function createFaults() {
  const coming: Fault[] = [];
  return {
    failNext(count: number, fault: Fault): void {
      coming.push(...Array.from({ length: count }, () => fault));
    },
    next: () => coming.shift(),
  };
}
