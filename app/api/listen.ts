import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerOptions, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { limits } from "../catalogue/limits.ts";
import { Obstacle } from "../start/obstacle.ts";
import { describePortHolder } from "./port-holder.ts";
import { Problem, type ProblemCode, problems } from "./problem.ts";

interface Timeouts {
  /** From the connection to the last header, and to the last byte of the body. */
  readonly headersMs: number;
  readonly requestMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: limits.headersTimeoutMs, requestMs: limits.requestTimeoutMs };

export interface HttpServer {
  /** Where to find it from this machine. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new connections, finishes the requests in hand and closes idle connections; after `graceMs` cuts what is left.
   * Endless answers (server-sent events) are theirs to end who began them, before. Asked again, the shorter grace holds.
   */
  close(graceMs: number): Promise<void>;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    throw await explainListenError(cause, host, port);
  }
}

/**
 * Whether the port can be had, before anything else is made for nothing.
 * @throws Obstacle as {@link startHttpServer}.
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  server.close();
  await once(server, "close");
}

/**
 * Listens on `host`:`port` (0 takes a free port).
 * @throws Obstacle with what to do when the port cannot be had, and who has it.
 */
export async function startHttpServer(options: {
  readonly app: RequestListener;
  /** The classes that Node makes requests and responses with; its own by default. */
  readonly messages?: Pick<ServerOptions, "IncomingMessage" | "ServerResponse">;
  readonly host: string;
  readonly port: number;
  readonly timeouts?: Timeouts;
}): Promise<HttpServer> {
  const { app, messages, host, timeouts = defaultTimeouts } = options;
  const server = createServer({
    ...messages,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: Math.min(timeouts.headersMs, timeouts.requestMs) / 2,
  });
  // A client that does not take its answer would hold it for ever. One that does not send its request is told so before.
  server.timeout = timeouts.requestMs * 2;
  server.on("request", app);
  // Node would answer an expectation that it does not know with an empty 417; RFC 9110, 10.1.1 lets it be ignored.
  server.on("checkExpectation", app);
  server.on("clientError", refuseUnreadable);
  await listen(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${renderHost(host)}:${port}`,
    port,
    close: createCloser(server),
  };
}

function createCloser(server: Server): HttpServer["close"] {
  let closed: Promise<void> | undefined;
  function begin(): Promise<void> {
    // A connection that becomes idle from now on is closed at once.
    server.keepAliveTimeout = 1;
    server.keepAliveTimeoutBuffer = 0;
    return new Promise((resolve) => void server.close(() => resolve()));
  }
  return async (graceMs) => {
    closed ??= begin();
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(force);
  };
}

const codeOfError: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/** Node's parser could not make a request of it, or stopped waiting for it: there is no Express yet to answer. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codeOfError[error.code ?? ""] ?? "malformed-request";
  const { status } = problems[code];
  const body = JSON.stringify(new Problem(code).render(""));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

async function explainListenError(cause: unknown, host: string, port: number): Promise<Obstacle> {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const holder = await describePortHolder(`http://${renderHost(host)}:${port}`);
    const mend = "choose another port with --port or PORT (0 takes a free one)";
    return new Obstacle("unavailable", `port ${port} on ${host} is taken by ${holder}: ${mend}`, { cause });
  }
  if (code === "EACCES") {
    const mend = "choose one from 1024 on with --port or PORT";
    return new Obstacle("unavailable", `port ${port} is not allowed to this user: ${mend}`, { cause });
  }
  const mend = "choose an address of this machine with HOST";
  return new Obstacle("unavailable", `cannot listen on ${host}:${port} (${code}): ${mend}`, { cause });
}

/** An address that stands for all of the machine's is not one to call. */
function renderHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
