import { describe, expect, jest, test } from "@jest/globals";
import { webhookDelivery } from "../catalogue/webhooks.ts";
import { createDeliverer, type DelivererOptions, type DeliveryAttempt, type DeliveryStore } from "./deliver.ts";
import { carrierOf, createFakeTracing } from "./fake-tracing.ts";

const delivered: DeliveryAttempt = { outcome: "delivered", statusCode: 204, durationMs: 12, retryable: false };
const unavailable: DeliveryAttempt = { outcome: "failed", statusCode: 503, durationMs: 8, retryable: true };
const refused: DeliveryAttempt = { outcome: "refused", error: "not public", durationMs: 0, retryable: false };

function createWorld(answer: DeliveryAttempt, attempts = 0) {
  const carrier = { traceparent: "span of the job" };
  const open = { id: "delivery-1", url: "https://example.com/hook", body: '{"a":1}', attempts, carrier };
  const store = {
    open: jest.fn<DeliveryStore["open"]>(async (id) => (id === open.id ? open : undefined)),
    record: jest.fn<DeliveryStore["record"]>(async () => true),
  };
  const send = jest.fn<DelivererOptions["send"]>(async () => answer);
  const tracing = createFakeTracing();
  const counted: unknown[] = [];
  const deliver = createDeliverer({
    store,
    send,
    retryDelayMs: (attempt) => attempt * 1_000,
    tracing,
    metrics: { ended: (labels) => void counted.push(labels) },
  });
  return { deliver, open, store, send, tracing, counted };
}

describe("a delivery", () => {
  test("that is taken is recorded, counted and done", async () => {
    const { deliver, open, store, send, counted } = createWorld(delivered);
    expect(await deliver(open.id)).toBe("done");
    expect(store.record.mock.calls).toEqual([[open.id, delivered, "delivered"]]);
    expect(counted).toEqual([{ outcome: "delivered" }]);
    const { id, url, body } = open;
    expect(send.mock.calls).toMatchObject([[{ id, url, body, timestamp: expect.any(Date) }]]);
  });

  test("goes on in the job's trace, and the receiver gets the trace of the attempt", async () => {
    const { deliver, open, send, tracing } = createWorld(delivered, 2);
    await deliver(open.id);
    expect(tracing.spans).toMatchObject([
      {
        name: "deliver webhook",
        options: { kind: "consumer", parent: open.carrier },
        attributes: {
          "messaging.destination.name": "webhooks",
          "webhook.id": open.id,
          "webhook.attempt": 3,
          "webhook.outcome": "delivered",
          "http.response.status_code": 204,
        },
      },
    ]);
    expect(send.mock.calls).toMatchObject([[{ carrier: carrierOf("deliver webhook") }]]);
  });

  test("that fails is recorded and tried again after the wait for that attempt, and not counted yet", async () => {
    const { deliver, open, store, counted } = createWorld(unavailable, 2);
    expect(await deliver(open.id)).toEqual({ retryInMs: 3_000 });
    expect(store.record.mock.calls).toEqual([[open.id, unavailable, undefined]]);
    expect(counted).toEqual([]);
  });

  test.each([
    [60_000, 60_000],
    [10, 1_000],
  ])(
    "waits as long as the receiver asks (%d ms), but never less than its own wait",
    async (retryAfterMs, retryInMs) => {
      const { deliver, open } = createWorld({ ...unavailable, retryAfterMs });
      expect(await deliver(open.id)).toEqual({ retryInMs });
    },
  );

  test("fails for good with its last attempt", async () => {
    const { deliver, open, store, counted } = createWorld(unavailable, webhookDelivery.attempts - 1);
    expect(await deliver(open.id)).toBe("done");
    expect(store.record.mock.calls).toEqual([[open.id, unavailable, "failed"]]);
    expect(counted).toEqual([{ outcome: "failed" }]);
  });

  test("that is refused is not tried again", async () => {
    const { deliver, open, store, tracing, counted } = createWorld(refused);
    expect(await deliver(open.id)).toBe("done");
    expect(store.record.mock.calls).toEqual([[open.id, refused, "failed"]]);
    expect(counted).toEqual([{ outcome: "failed" }]);
    expect(tracing.spans[0]?.attributes).not.toHaveProperty("http.response.status_code");
  });

  test("that has ended already is done without being sent", async () => {
    const { deliver, send, store, tracing } = createWorld(delivered);
    expect(await deliver("delivery-0")).toBe("done");
    expect(send).not.toHaveBeenCalled();
    expect(store.record).not.toHaveBeenCalled();
    expect(tracing.spans).toEqual([]);
  });

  test("that somebody else has ended meanwhile is not counted twice", async () => {
    const { deliver, open, store, counted } = createWorld(delivered);
    store.record.mockResolvedValueOnce(false);
    expect(await deliver(open.id)).toBe("done");
    expect(counted).toEqual([]);
  });

  test("that cannot be written down is left to the queue to bring again, and counted then", async () => {
    const { deliver, open, store, counted } = createWorld(delivered);
    store.record.mockRejectedValueOnce(new Error("the database did not answer"));
    await expect(deliver(open.id)).rejects.toThrow("the database did not answer");
    expect(counted).toEqual([]);
    await deliver(open.id);
    expect(counted).toEqual([{ outcome: "delivered" }]);
  });
});
