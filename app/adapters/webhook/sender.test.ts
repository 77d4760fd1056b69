import { setImmediate as nextTurn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { webhookDelivery } from "../../catalogue/webhooks.ts";
import { startWebhookTests } from "./test-receiver.ts";

const { body, startSender, startReceiver, delivery } = startWebhookTests();

describe("a delivery", () => {
  test("is a signed POST in the Standard Webhooks form, within its trace", async () => {
    const { url, received } = await startReceiver();
    const timestamp = new Date();
    const carrier = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" };
    const attempt = await startSender().send(delivery(url, { timestamp, carrier }));

    expect(attempt).toEqual({
      outcome: "delivered",
      statusCode: 200,
      retryable: false,
      durationMs: expect.any(Number),
    });
    expect(received[0]?.url).toBe("/hook?token=hunter2");
    expect(received[0]?.payload).toEqual(JSON.parse(body));
    expect(received[0]?.headers).toMatchObject({
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(timestamp.getTime() / 1_000)),
      "content-type": "application/json",
      "user-agent": "gozcu/1.2.3",
      ...carrier,
    });
  });

  test("that is repeated has the same id and verifies again, on the same connection", async () => {
    const { url, received, sockets } = await startReceiver((response, count) => {
      response.writeHead(count === 1 ? 500 : 204).end();
    });
    const sender = startSender();
    const now = Date.now();
    const first = await sender.send(delivery(url, { timestamp: new Date(now - 60_000) }));
    await nextTurn(); // undici takes a connection as free only then
    const second = await sender.send(delivery(url, { timestamp: new Date(now) }));

    expect([first.outcome, second.outcome]).toEqual(["failed", "delivered"]);
    expect(received.map(({ headers }) => headers["webhook-id"])).toEqual(["msg_1", "msg_1"]);
    expect(new Set(received.map(({ headers }) => headers["webhook-signature"])).size).toBe(2);
    expect(sockets).toHaveLength(1);
  });

  test.each([
    [302, {}, { retryable: true, error: expect.stringContaining("answered 302; redirects are not followed") }],
    [400, {}, { retryable: true, error: expect.stringContaining("answered 400") }],
    [410, {}, { retryable: false }],
    [429, { "retry-after": "7" }, { retryable: true, retryAfterMs: 7_000 }],
    [429, { "retry-after": "99999999" }, { retryable: true, retryAfterMs: webhookDelivery.backoffMaxMs }],
    [500, {}, { retryable: true }],
    [503, { "retry-after": "1" }, { retryable: true, retryAfterMs: 1_000 }],
  ])("answered by %i %j has failed", async (statusCode, headers, rest) => {
    const { url } = await startReceiver((response) => response.writeHead(statusCode, headers).end());
    expect(await startSender().send(delivery(url))).toMatchObject({ outcome: "failed", statusCode, ...rest });
  });

  test("goes nowhere else when it is redirected", async () => {
    const elsewhere = await startReceiver();
    const { url } = await startReceiver((response) => response.writeHead(307, { location: elsewhere.url }).end());
    await startSender().send(delivery(url));
    expect(elsewhere.received).toEqual([]);
  });
});

describe("the answer's body", () => {
  test("that never ends is cut off, and the delivery stands", async () => {
    const cut = Promise.withResolvers<void>();
    const { url } = await startReceiver((response) => {
      const pump = () => {
        while (response.write("x".repeat(1_024)));
      };
      response.on("drain", pump).on("close", cut.resolve);
      pump();
    });
    expect(await startSender().send(delivery(url))).toMatchObject({ outcome: "delivered" });
    await cut.promise;
  });

  test("that drips is waited for no longer than the attempt may last, and the delivery stands", async () => {
    const cut = Promise.withResolvers<void>();
    const { url } = await startReceiver((response) => {
      const drip = setInterval(() => response.write("."), 10);
      response.on("close", () => {
        clearInterval(drip);
        cut.resolve();
      });
    });
    expect(await startSender({ timeoutMs: 1_000 }).send(delivery(url))).toMatchObject({ outcome: "delivered" });
    await cut.promise;
  });

  test.each([
    ["a small body that unpacks to a large one", gzipSync(Buffer.alloc(10_000_000))],
    ["what is no gzip at all", "plain"],
  ])("is not unpacked: %s", async (_, bytes) => {
    const { url } = await startReceiver((response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
    });
    expect(await startSender().send(delivery(url))).toMatchObject({ outcome: "delivered" });
  });
});
