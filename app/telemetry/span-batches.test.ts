import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { DiagLogLevel, diag, type Span, TraceFlags } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { createSpanBatches, type SpanBatch } from "./span-batches.ts";

const delayMs = 1_000;
let sent: SpanBatch[];
/** Ends the sending of the batches under way. */
let endSending: () => void;
let closed: number;
let warned: string[];
let provider: TracerProvider;
let batches: ReturnType<typeof createSpanBatches>;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  closed = 0;
  warned = [];
  const log = (message: string) => void warned.push(message);
  diag.setLogger({ error: log, warn: log, info: log, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  let sending = Promise.withResolvers<void>();
  endSending = () => {
    sending.resolve();
    sending = Promise.withResolvers();
  };
  batches = createSpanBatches({
    maxBatch: 3,
    maxQueued: 5,
    delayMs,
    send(batch) {
      sent.push(batch);
      return sending.promise;
    },
    async close() {
      closed += 1;
    },
  });
  provider = new TracerProvider({ spanProcessors: [batches] });
});
afterEach(() => {
  diag.disable();
  jest.useRealTimers();
});

function end(count: number): void {
  for (let n = 0; n < count; n += 1) provider.getTracer("test").startSpan("work").end();
}

const counts = () => sent.map(({ count }) => count);
const settle = () => jest.advanceTimersByTimeAsync(0);

describe("batches of spans", () => {
  test("go as soon as they are full, one at a time", async () => {
    end(6);
    expect(counts()).toEqual([3]);
    endSending();
    await settle();
    expect(counts()).toEqual([3, 3]);
  });

  test("go after the delay when they do not fill", async () => {
    end(2);
    await jest.advanceTimersByTimeAsync(delayMs - 1);
    expect(counts()).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(counts()).toEqual([2]);
  });

  test("wait for the one under way, also when their delay is over, and go with what has come meanwhile", async () => {
    end(3);
    end(1);
    await jest.advanceTimersByTimeAsync(delayMs * 2);
    end(1);
    expect(counts()).toEqual([3]);
    endSending();
    await jest.advanceTimersByTimeAsync(delayMs);
    expect(counts()).toEqual([3, 2]);
  });

  test("hold no more than the queue does: what comes beyond is dropped, and told once there is room again", async () => {
    end(3 + 5 + 4);
    expect(warned).toEqual([]);
    endSending();
    await settle();
    end(1);
    expect(warned).toEqual(["4 spans were dropped, as the queue was full"]);
    void batches.forceFlush();
    expect(counts().reduce((total, count) => total + count)).toBe(3 + 5 + 1);
  });

  test("all go at a flush, which waits for them", async () => {
    end(5);
    const flushed = jest.fn();
    void batches.forceFlush().then(flushed);
    expect(counts()).toEqual([3, 2]);
    await settle();
    expect(flushed).not.toHaveBeenCalled();
    endSending();
    await settle();
    expect(flushed).toHaveBeenCalledTimes(1);
  });

  test("have none of the spans that are not sampled", () => {
    const span: Span & Partial<ReadableSpan> = provider.getTracer("test").startSpan("work");
    const unsampled = { ...span.spanContext(), traceFlags: TraceFlags.NONE };
    batches.onEnd(Object.assign(Object.create(span), { spanContext: () => unsampled }));
    void batches.forceFlush();
    expect(counts()).toEqual([]);
  });

  test("take nothing after the shutdown, which sends what is there and closes once that is done", async () => {
    end(1);
    const shutdown = batches.shutdown();
    end(1);
    expect(counts()).toEqual([1]);
    expect(closed).toBe(0);
    endSending();
    await shutdown;
    expect(closed).toBe(1);
  });
});
