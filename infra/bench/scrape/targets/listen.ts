import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** Serves `answer` at any path on a free port of the loopback address, and returns the URL of the metrics. */
export async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}/metrics`;
}
