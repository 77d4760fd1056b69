import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { metrics, SpanStatusCode, trace } from "@opentelemetry/api";
import { createSpanRecorder } from "./span-recorder.ts";
import { startSpan, traceAsync } from "./trace.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
beforeEach(() => {
  recorder = createSpanRecorder();
  trace.setGlobalTracerProvider(recorder.provider);
  metrics.setGlobalMeterProvider(recorder.meterProvider);
});
afterEach(async () => {
  metrics.disable();
  await recorder.close();
});

async function activeSpans(): Promise<unknown> {
  const [point] = await recorder.points("active_spans");
  return point?.value;
}

describe("traceAsync", () => {
  test("keeps the type of the function: arguments, result and overloads", async () => {
    function twice(value: string): Promise<string>;
    function twice(value: number): Promise<number>;
    async function twice(value: string | number): Promise<string | number> {
      return typeof value === "string" ? value + value : value + value;
    }
    const traced: typeof twice = traceAsync("twice", twice);
    expect((await traced("ab")).length).toBe(4);
    expect((await traced(4)).toFixed(1)).toBe("8.0");
    // @ts-expect-error a boolean is none of the overloads
    expect(await traced(true)).toBe(2);
  });

  test("keeps `this`", async () => {
    async function add(this: { count: number }, amount: number): Promise<number> {
      this.count += amount;
      return this.count;
    }
    const counter = { count: 1, add: traceAsync("add", add) };
    expect(await counter.add(2)).toBe(3);
  });

  test("makes a span of a success, active while the function runs", async () => {
    const traced = traceAsync("render", async () => {
      await Promise.resolve();
      return trace.getActiveSpan()?.spanContext().spanId;
    });
    const inside = await traced();
    const [span] = recorder.spans();
    expect(span?.name).toBe("render");
    expect(span?.spanContext().spanId).toBe(inside);
    expect(span?.attributes).toEqual({ status: "success", duration_ms: expect.any(Number) });
    expect(span?.status.code).toBe(SpanStatusCode.OK);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  test("records a rejection and rejects with the same error", async () => {
    const error = new RangeError("too large");
    await expect(traceAsync("render", () => Promise.reject(error))()).rejects.toBe(error);
    const [span] = recorder.spans();
    expect(span?.attributes).toMatchObject({
      status: "error",
      "error.message": "too large",
      duration_ms: expect.any(Number),
    });
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "too large" });
    expect(span?.events[0]?.attributes).toMatchObject({ "exception.type": "RangeError" });
  });

  test("rejects when an async function throws before its first await", async () => {
    const traced = traceAsync("render", async (prompt: string) => {
      if (prompt === "") throw new Error("empty prompt");
      return prompt;
    });
    const promise = traced("");
    await expect(promise).rejects.toThrow("empty prompt");
    expect(recorder.spans()[0]?.attributes.status).toBe("error");
  });

  test("leaves a synchronous function synchronous", () => {
    const half = traceAsync("half", (value: number): number => {
      if (value % 2 === 1) throw new Error("odd");
      return value / 2;
    });
    expect(half(8)).toBe(4);
    expect(() => half(7)).toThrow("odd");
    expect(recorder.spans().map((span) => span.attributes.status)).toEqual(["success", "error"]);
  });

  test("takes whatever is thrown", async () => {
    await expect(traceAsync("odd", () => Promise.reject("a text"))()).rejects.toBe("a text");
    expect(recorder.spans()[0]?.attributes).toMatchObject({ "error.message": "a text", "error.type": "string" });
  });

  test("nests: an inner span is the child of the outer one", async () => {
    const inner = traceAsync("inner", async () => undefined);
    await traceAsync("outer", async () => {
      await inner();
      startSpan("started inside").end();
    })();
    const [first, second, outer] = recorder.spans();
    expect([first?.name, second?.name, outer?.name]).toEqual(["inner", "started inside", "outer"]);
    expect(first?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(second?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });
});

describe("active_spans", () => {
  test("is the number of spans under way at the same time", async () => {
    const gate = Promise.withResolvers<void>();
    const wait = traceAsync("wait", async (fails: boolean) => {
      await gate.promise;
      if (fails) throw new Error("failed");
    });
    const calls = Array.from({ length: 10 }, (_, n) => wait(n % 2 === 0));
    expect(await activeSpans()).toBe(10);
    gate.resolve();
    await Promise.allSettled(calls);
    expect(await activeSpans()).toBe(0);
  });

  test("goes down once for a span that is ended twice", async () => {
    const span = startSpan("once", { "job.id": "1" });
    const other = startSpan("other");
    span.end();
    span.end();
    expect(await activeSpans()).toBe(1);
    other.end();
    expect(await activeSpans()).toBe(0);
    expect(recorder.spans()[0]?.attributes).toEqual({ "job.id": "1" });
  });

  test("also counts before any SDK has started, without harm", () => {
    trace.disable();
    metrics.disable();
    expect(traceAsync("early", () => 7)()).toBe(7);
  });
});
