import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { findProgram } from "../../../infra/e2e/programs.ts";
import { createAddressGuard } from "./address-guard.ts";
import { startWebhookTests } from "./test-receiver.ts";

const { secret, startSender, listen, startServer, delivery } = startWebhookTests();

describe("a receiver that fails", () => {
  const timeoutMs = 200;
  const late = { outcome: "failed", retryable: true, error: `no answer within ${timeoutMs} ms` };

  test("by never answering is given up", async () => {
    const { url } = await startServer(() => {});
    expect(await startSender({ timeoutMs }).send(delivery(url))).toMatchObject(late);
  });

  test("by dripping headers is given up", async () => {
    const { url } = await listen(
      createTcpServer((socket) => {
        socket.on("error", () => {}).write("HTTP/1.1 200 OK\r\nx-slow: ");
        const drip = setInterval(() => socket.write("."), 10);
        socket.on("close", () => clearInterval(drip));
      }),
    );
    expect(await startSender({ timeoutMs }).send(delivery(url))).toMatchObject(late);
  });

  test("by a name that DNS never resolves is given up", async () => {
    const sender = startSender({ timeoutMs, lookup: () => new Promise(() => {}) });
    expect(await sender.send(delivery("http://hooks.example/"))).toMatchObject(late);
  });

  test("by resetting the connection is told as such", async () => {
    const { url } = await startServer(({ socket }) => socket.resetAndDestroy());
    const attempt = await startSender().send(delivery(url));
    expect(attempt).toMatchObject({ outcome: "failed", retryable: true, error: expect.stringContaining("ECONNRESET") });
  });

  test("by speaking no HTTP is told as such", async () => {
    const { url } = await listen(createTcpServer((socket) => socket.on("error", () => {}).end("220 smtp ready\r\n")));
    const attempt = await startSender().send(delivery(url));
    expect(attempt).toMatchObject({ outcome: "failed", error: expect.stringContaining("HTTP") });
  });

  test("by refusing the connection on every address is told as such", async () => {
    const closed = createTcpServer();
    const { port } = await listen(closed);
    await new Promise((done) => closed.close(done));
    const twice = [1, 2].map(() => ({ address: "127.0.0.1", family: 4 }));
    const attempt = await startSender({ lookup: async () => twice }).send(delivery(`http://hooks.example:${port}/`));
    expect(attempt).toMatchObject({ outcome: "failed", error: expect.stringContaining("ECONNREFUSED") });
  });

  test("has neither the URL's query nor the secret in what is told of it", async () => {
    const { url } = await startServer(({ socket }) => socket.destroy());
    const { error } = await startSender().send(delivery(url));
    expect(error).toMatch(/./);
    expect(error).not.toMatch(/hunter2|hook/);
    expect(error).not.toContain(secret);
  });

  const withOpenssl = findProgram("openssl") === undefined ? test.skip : test;
  withOpenssl("by a certificate that nobody vouches for is told as such (openssl)", async () => {
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -keyout - -out -";
    const pem = spawnSync("openssl", request.split(" ")).stdout;
    const { port } = await listen(createTlsServer({ key: pem, cert: pem }, (_, response) => response.end()));
    const attempt = await startSender().send(delivery(`https://localhost:${port}/`));
    expect(attempt).toMatchObject({ outcome: "failed", error: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT") });
  });
});

describe("a refused address", () => {
  const guarded = { allowPrivate: false };
  const refused = { outcome: "refused", retryable: false };

  test.each(["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])("is not connected to: %s", async (host) => {
    const { port, sockets } = await startServer((_, response) => response.end());
    const attempt = await startSender(guarded).send(delivery(`http://${host}:${port}/?token=hunter2`));
    expect(attempt).toMatchObject({
      ...refused,
      error: expect.stringMatching(/^the address is refused: .* not public/),
    });
    expect(attempt.error).not.toContain("hunter2");
    expect(sockets).toEqual([]);
  });

  test("is not connected to by a name that was public when it was checked (DNS rebinding)", async () => {
    const { port, sockets } = await startServer((_, response) => response.end());
    const answers = ["93.184.215.14", "127.0.0.1"];
    const lookup = async () => [{ address: answers.shift() ?? "", family: 4 }];
    const guard = createAddressGuard({ ...guarded, lookup });
    const url = `http://hooks.example:${port}/`;
    expect(await guard.check(new URL(url))).toBeUndefined();
    expect(await startSender({ ...guarded, lookup }).send(delivery(url))).toMatchObject(refused);
    expect(answers).toEqual([]);
    expect(sockets).toEqual([]);
  });

  test("among public ones is not connected to", async () => {
    const lookup = async () => ["93.184.215.14", "10.0.0.1"].map((address) => ({ address, family: 4 }));
    expect(await startSender({ ...guarded, lookup }).send(delivery("http://hooks.example/"))).toMatchObject(refused);
  });

  test("may be no URL at all", async () => {
    const attempt = await startSender().send(delivery("hunter2"));
    expect(attempt).toMatchObject({ ...refused, error: "the address is refused: it is not a URL" });
  });
});

describe("an attempt that is stopped", () => {
  test("by its signal has failed and can be repeated", async () => {
    const stop = new AbortController();
    const { url } = await startServer(() => stop.abort("the worker stops"));
    const attempt = await startSender().send(delivery(url, { signal: stop.signal }));
    expect(attempt).toMatchObject({ outcome: "failed", retryable: true, error: expect.stringContaining("stopped") });
  });

  test("by closing the sender has failed and can be repeated", async () => {
    const sender = startSender();
    const closing: Promise<void>[] = [];
    const { url } = await startServer(() => closing.push(sender.close()));
    expect(await sender.send(delivery(url))).toMatchObject({ outcome: "failed", retryable: true });
    await Promise.all(closing);
    expect(await sender.send(delivery(url))).toMatchObject({ outcome: "failed", retryable: true });
  });

  test("while it connects has failed at once", async () => {
    const asked = Promise.withResolvers<void>();
    const sender = startSender({
      lookup: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const sent = sender.send(delivery("http://hooks.example/"));
    await asked.promise;
    await sender.close();
    expect(await sent).toMatchObject({ outcome: "failed", retryable: true });
  });
});

test("closing the sender closes its kept connections", async () => {
  const { url, sockets } = await startServer((_, response) => response.end());
  const sender = startSender();
  await sender.send(delivery(url));
  expect(sockets.map((socket) => socket.closed)).toEqual([false]);
  const closed = sockets.map((socket) => once(socket, "close"));
  await sender.close();
  await Promise.all(closed);
});
