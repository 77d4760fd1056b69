import { once } from "node:events";
import { createServer } from "node:http";
import { address, readUrl } from "../../bench/loopback.ts";

export interface Target {
  readonly url: string;
  /** The `traceparent` of the requests that have come since it was last asked, in their order. */
  takeHandedOn(): readonly (string | undefined)[];
  close(): Promise<void>;
}

/** The server that is called from handlers: it answers the status that its path names. */
export async function startTarget(): Promise<Target> {
  const handedOn: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    handedOn.push(request.headers.traceparent?.toString());
    response.writeHead(Number(request.url?.slice(1)), { connection: "close" }).end();
  });
  return {
    url: await readUrl(server.listen(address.port, address.host)),
    takeHandedOn: () => handedOn.splice(0),
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
