import { once } from "node:events";
import { Agent, get, type IncomingMessage, type RequestListener } from "node:http";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkPort, type HttpServer, startHttpServer } from "./listen.ts";

const ok: RequestListener = (_request, response) => void response.end("ok");
const open: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

async function start(
  app: RequestListener,
  more: Partial<Parameters<typeof startHttpServer>[0]> = {},
): Promise<HttpServer> {
  const server = await startHttpServer({ app, host: "127.0.0.1", port: 0, ...more });
  open.push(server);
  return server;
}

/** Everything that the server answers on one raw connection until it closes it. */
async function converse(port: number, sent: string): Promise<string> {
  const socket = createConnection(port, "127.0.0.1");
  socket.write(sent);
  return text(socket);
}

test("listens on a free port, and tells where", async () => {
  const { url, port } = await start(ok);
  expect(port).toBeGreaterThan(0);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await (await fetch(url)).text()).toBe("ok");
});

test("gives an address to call where it listens on all of them", async () => {
  const { url } = await start(ok, { host: "0.0.0.0" });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

const pong = { status: "ok", message: "pong", timestamp: "2026-11-28T10:00:00.000Z" };

/** Answers with JSON by path, and `null` elsewhere. */
function answering(bodies: Readonly<Record<string, unknown>>): RequestListener {
  return ({ url = "" }, response) => void response.end(JSON.stringify(bodies[url] ?? null));
}

test.each([
  ["another program", answering({})],
  ["another program", ((_, response) => void response.end("<h1>hello</h1>")) satisfies RequestListener],
  ["another gozcu, which answers at http://127.0.0.1:PORT", answering({ "/api/ping": pong })],
  [
    "another gozcu (0.7.1), which answers at http://127.0.0.1:PORT",
    answering({ "/api/ping": pong, "/api/openapi.json": { info: { title: "Gözcü", version: "0.7.1" } } }),
  ],
])("says what to do about a port that is taken by %s", async (holder, app) => {
  const { port } = await start(app);
  const taken = `port ${port} on 127.0.0.1 is taken by ${holder.replace("PORT", String(port))}: choose another port with --port`;
  const refusal = { message: expect.stringContaining(taken), exitCode: 69, cause: { code: "EADDRINUSE" } };
  await expect(startHttpServer({ app: ok, host: "127.0.0.1", port })).rejects.toMatchObject(refusal);
  await expect(checkPort("127.0.0.1", port)).rejects.toMatchObject(refusal);
});

test("has the port that it has checked before", async () => {
  const { port, close } = await start(ok);
  await close(0);
  await checkPort("127.0.0.1", port);
  expect((await start(ok, { port })).port).toBe(port);
});

test("says what to do about an address that this machine has not", async () => {
  const elsewhere = startHttpServer({ app: ok, host: "192.0.2.1", port: 0 });
  await expect(elsewhere).rejects.toThrow(
    "cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): choose an address of this machine with HOST",
  );
});

test("answers a request as usual whose expectation is not known", async () => {
  const { port } = await start(ok);
  const request = "GET / HTTP/1.1\r\nHost: a\r\nExpect: bananas\r\nConnection: close\r\n\r\n";
  const answer = await converse(port, request);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toMatch(/\bok\b/);
});

describe("what is no request", () => {
  test("is refused with a problem", async () => {
    const { port } = await start(ok);
    const answer = await converse(port, "hello\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
    expect(answer).toContain("urn:gozcu:problem:malformed-request");
  });

  test("has headers beyond all measure", async () => {
    const { port } = await start(ok);
    const answer = await converse(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain("urn:gozcu:problem:headers-too-large");
  });

  test.each([
    ["headers", "GET / HTTP/1.1\r\nHost: x\r\n"],
    ["body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na"],
  ])("never sends the rest of its %s", async (_what, beginning) => {
    const collect: RequestListener = (request, response) => {
      text(request).then(
        () => response.end(),
        () => undefined,
      );
    };
    // With a second between them, the server's timeouts come in their order on a busy machine, too.
    const { port } = await start(collect, { timeouts: { headersMs: 500, requestMs: 1_000 } });
    const answer = await converse(port, beginning);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("urn:gozcu:problem:request-timeout");
  });
});

describe("closing", () => {
  test("finishes the request in hand, takes no other, and leaves no connection", async () => {
    const arrived = Promise.withResolvers<() => void>();
    const server = await start((_request, response) => arrived.resolve(() => void response.end("done")));
    const agent = new Agent({ keepAlive: true });
    const [response] = (
      await Promise.all([
        once(get(server.url, { agent }), "response"),
        arrived.promise.then(async (finish) => {
          const closed = server.close(60_000);
          await expect(fetch(server.url)).rejects.toThrow("fetch failed");
          finish();
          await closed;
        }),
      ])
    ).flat() as [IncomingMessage];
    expect(await text(response)).toBe("done");
    agent.destroy();
  });

  test("does not wait for a kept connection that is idle", async () => {
    const server = await start(ok);
    const agent = new Agent({ keepAlive: true });
    const [response] = (await once(get(server.url, { agent }), "response")) as [IncomingMessage];
    await text(response);
    await server.close(60_000);
    await expect(fetch(server.url)).rejects.toThrow("fetch failed");
    agent.destroy();
  });

  test("cuts what does not end in its time of grace, and may be asked twice", async () => {
    const server = await start(() => undefined);
    const pending = fetch(server.url);
    const failed = expect(pending).rejects.toThrow("fetch failed");
    await Promise.all([server.close(50), server.close(50), failed]);
    await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  });
});

test("gives up a client that does not take its answer", async () => {
  const closed = Promise.withResolvers<boolean>();
  const { port } = await start(
    (_request, response) => {
      response.once("close", () => closed.resolve(response.writableFinished));
      // More than the system keeps for a reader.
      response.end(Buffer.alloc(64_000_000));
    },
    { timeouts: { headersMs: 100, requestMs: 100 } },
  );
  const socket = createConnection(port, "127.0.0.1");
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  expect(await closed.promise).toBe(false);
  socket.destroy();
});
