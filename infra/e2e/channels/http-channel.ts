import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { type Channel, createFaults, type Fault, loopback, openDoor } from "./channel.ts";

/** How long a rate limit says to wait, in seconds: the shortest that `Retry-After` can say. */
export const retryAfterSeconds = 1;

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `M` is what a message holds, besides the time of its arrival. */
export interface Answer<M> {
  readonly status: number;
  /** Text is sent as it is, an object as JSON. */
  readonly body?: string | object;
  readonly headers?: OutgoingHttpHeaders;
  /** What a person now reads. */
  readonly received?: M;
  /** What was wrong, where the answer itself says too little. */
  readonly reason?: string;
}

interface HttpContract<M> {
  readonly name: string;
  answer(request: Request): Answer<M>;
  readonly faults: Readonly<Record<Fault, Answer<M>>>;
}

export interface HttpChannel<M extends { readonly text: string }> extends Channel<M & { readonly at: Date }> {
  /** Without a slash at the end. */
  readonly origin: string;
}

/** Undefined where it is not JSON. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Keeps a service's contract, which is a function from a request to its answer, on a port of its own. */
export async function startHttpChannel<M extends { readonly text: string }>(
  contract: HttpContract<M>,
  host: string = loopback,
): Promise<HttpChannel<M>> {
  const received: (M & { readonly at: Date })[] = [];
  const refused: string[] = [];
  const faults = createFaults();

  function decide(request: Request): Answer<M> {
    const fault = faults.next();
    if (fault !== undefined) return contract.faults[fault];
    const answer = contract.answer(request);
    if (answer.received !== undefined) received.push({ ...answer.received, at: new Date() });
    // The path stays out: it holds the secret.
    if (answer.status >= 400)
      refused.push(`${request.method}: ${answer.status} ${answer.reason ?? JSON.stringify(answer.body)}`);
    return answer;
  }

  const server = createServer(async (request, response) => {
    const { method = "", headers } = request;
    const { pathname: path, searchParams: query } = new URL(request.url ?? "", "http://channel");
    let body: string;
    try {
      body = await text(request);
    } catch {
      // A sender that gives up in the middle of its request has sent nothing.
      return;
    }
    const answer = decide({ method, path, query, headers, body });
    const [type, content] =
      typeof answer.body === "object"
        ? ["application/json", JSON.stringify(answer.body)]
        : ["text/plain; charset=utf-8", answer.body];
    response.writeHead(answer.status, {
      ...(content === undefined ? {} : { "content-type": type }),
      // Nobody meets the end of an old connection where a new one is to be refused.
      connection: "close",
      ...answer.headers,
    });
    response.end(content);
  });
  const door = await openDoor(server, host);
  return {
    name: contract.name,
    origin: `http://${host}:${door.port}`,
    received: () => received,
    refused: () => refused,
    failNext: faults.failNext,
    refuse: door.refuse,
    accept: door.accept,
    close: door.refuse,
  };
}
