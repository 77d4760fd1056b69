import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { convertLegacyHttpOptions } from "@opentelemetry/otlp-exporter-base/node-http";
import { createOtlpTransport } from "./otlp-transport.ts";

const data = Buffer.from("spans ".repeat(50_000));

let server: Server;
let received: { readonly headers: IncomingMessage["headers"]; readonly body: Buffer }[];
let transport: ReturnType<typeof createOtlpTransport>;
afterEach(async () => {
  transport.shutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A collector whose first answers are those, the others 200. */
async function start(answers: readonly RequestListener[], config: object = {}): Promise<void> {
  received = [];
  server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await buffer(request) });
    const answer = answers[received.length - 1] ?? ((_request, good) => void good.end("taken"));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  transport = createOtlpTransport(
    convertLegacyHttpOptions({ url, ...config }, "TRACES", "v1/traces", { "X-Own": "1" }),
  );
}

const send = (timeoutMs = 5_000) => transport.send(data, timeoutMs);

describe("what is sent", () => {
  test("arrives whole, with its length and the headers that were asked for, by one connection", async () => {
    await start([], { headers: { "X-Token": "abc" } });
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    expect(await send()).toEqual({ status: "success", data: Buffer.from("taken") });
    expect(await send()).toMatchObject({ status: "success" });
    expect(connections).toBe(1);
    for (const { headers, body } of received) {
      expect(body).toEqual(data);
      expect(headers).toMatchObject({ "x-own": "1", "x-token": "abc", "content-length": String(data.length) });
    }
  });

  test("is compressed where that is asked for", async () => {
    await start([], { compression: "gzip" });
    expect(await send()).toMatchObject({ status: "success" });
    expect(received[0]?.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(received[0]?.body ?? "")).toEqual(data);
  });
});

describe("sent again", () => {
  test("is what the collector asks for again, when it asks for it", async () => {
    await start([(_request, response) => void response.writeHead(503, { "Retry-After": "1" }).end()]);
    const startedAt = performance.now();
    expect(await send()).toMatchObject({ status: "success" });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(received).toHaveLength(2);
  });

  test("is what met a connection that was cut", async () => {
    await start([(_request, response) => void response.destroy()]);
    expect(await send()).toMatchObject({ status: "success" });
    expect(received).toHaveLength(2);
  });

  test("is nothing where the wait would not end in time", async () => {
    await start([(_request, response) => void response.writeHead(429, { "Retry-After": "3600" }).end()]);
    expect(await send()).toMatchObject({ status: "retryable", retryInMillis: 3_600_000, error: { code: 429 } });
    expect(received).toHaveLength(1);
  });

  test("is nothing that the collector refuses for good", async () => {
    await start([(_request, response) => void response.writeHead(400).end("no such field")]);
    const refused = { status: "failure", error: { code: 400, message: "Bad Request", data: "no such field" } };
    expect(await send()).toMatchObject(refused);
    expect(received).toHaveLength(1);
  });

  test("is nothing of which the answer breaks off, as it may have been taken", async () => {
    await start([
      (_request, response) => {
        response.writeHead(200, { "Content-Length": "100" }).write("tak");
        setImmediate(() => response.destroy());
      },
    ]);
    expect(await send()).toMatchObject({ status: "failure" });
    expect(received).toHaveLength(1);
  });
});

test.each<[string, RequestListener]>([
  ["that does not come", () => {}],
  [
    "without end",
    (_request, response) => {
      const timer = setInterval(() => response.write("more"), 10);
      response.on("close", () => clearInterval(timer));
    },
  ],
])("an answer %s is given up in time", async (_how, answer) => {
  await start([answer]);
  const given = await send(300);
  expect(given).toMatchObject({ status: "retryable", error: { message: "no answer within 300 ms" } });
});
