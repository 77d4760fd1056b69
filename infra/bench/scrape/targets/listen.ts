import { createServer, type ServerResponse } from "node:http";
import { address, readUrl } from "../../loopback.ts";

/** Serves `answer` at any path on a free port of the loopback address, and returns the URL of the metrics. */
export async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  return `${await readUrl(server.listen(address.port, address.host))}/metrics`;
}
