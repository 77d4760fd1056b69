import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { createSpanRecorder } from "./span-recorder.ts";
import { createTracing, type Tracing } from "./tracing.ts";

let recorder: ReturnType<typeof createSpanRecorder>;
let tracing: Tracing;
beforeEach(() => {
  recorder = createSpanRecorder();
  tracing = createTracing(recorder);
});
afterEach(() => recorder.close());

describe("tracing", () => {
  test("has no carrier and no ids outside of a span", () => {
    expect(tracing.carrier()).toEqual({});
    expect(tracing.traceId()).toBeUndefined();
    expect(tracing.spanId()).toBeUndefined();
    expect(() => tracing.annotate({ ignored: true })).not.toThrow();
  });

  test("carries a trace from a producer to a consumer in another place", async () => {
    const carrier = await tracing.run("enqueue", { kind: "producer" }, async () => tracing.carrier());
    const stored = JSON.parse(JSON.stringify(carrier));
    await tracing.run("process", { kind: "consumer", parent: stored }, async () => {
      await tracing.run("call", { kind: "client" }, async () => undefined);
    });
    const [enqueue, call, process] = recorder.spans();
    expect([enqueue?.kind, call?.kind, process?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CLIENT, SpanKind.CONSUMER]);
    expect(process?.parentSpanContext?.spanId).toBe(enqueue?.spanContext().spanId);
    expect(process?.parentSpanContext?.isRemote).toBe(true);
    expect(call?.parentSpanContext?.spanId).toBe(process?.spanContext().spanId);
    expect(new Set(recorder.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test("carries the state of other vendors too", async () => {
    const parent = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "vendor=1" };
    const carrier = await tracing.run("step", { parent }, async () => tracing.carrier());
    expect(carrier.traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
    expect(carrier.tracestate).toBe("vendor=1");
  });

  test("starts a trace of its own when the parent's headers make no sense", async () => {
    const id = await tracing.run("step", { parent: { traceparent: "nonsense" } }, async () => tracing.traceId());
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(recorder.spans()[0]?.parentSpanContext).toBeUndefined();
  });

  test("gives the result and records attributes", async () => {
    const result = await tracing.run("step", { attributes: { "job.type": "image" } }, async () => {
      tracing.annotate({ "job.attempts": 2 });
      return { traceId: tracing.traceId(), spanId: tracing.spanId() };
    });
    const [span] = recorder.spans();
    expect(span?.spanContext()).toMatchObject(result);
    expect(span?.attributes).toEqual({ "job.type": "image", "job.attempts": 2 });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test("records an error and throws it on", async () => {
    const error = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    await expect(tracing.run("step", {}, () => Promise.reject(error))).rejects.toBe(error);
    const [span] = recorder.spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "refused" });
    expect(span?.attributes).toEqual({ "error.type": "ECONNREFUSED" });
    expect(span?.events[0]?.name).toBe("exception");
  });

  test("marks the span as failed by the attribute `error.type`", async () => {
    await tracing.run("step", {}, async () => tracing.annotate({ "error.type": "timeout" }));
    expect(recorder.spans()[0]?.status.code).toBe(SpanStatusCode.ERROR);
  });

  test("counts its spans in active_spans", async () => {
    const during = await tracing.run("step", {}, () => recorder.points("active_spans"));
    expect(during).toMatchObject([{ value: 1 }]);
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
  });
});
