import { once } from "node:events";
import type { Server } from "node:http";

/** Any free port of the loopback address. */
export const address = { port: 0, host: "127.0.0.1" } as const;

/** Resolves with the URL of a server when it listens, without a slash at its end. */
export async function readUrl(server: Server): Promise<string> {
  if (!server.listening) await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server has no port");
  return `http://${address.host}:${bound.port}`;
}
