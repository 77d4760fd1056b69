import { once } from "node:events";
import { createServer } from "node:http";

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
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the target has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    takeHandedOn: () => handedOn.splice(0),
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
