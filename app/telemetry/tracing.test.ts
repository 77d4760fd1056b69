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

describe("tracing under a span that is not recorded", () => {
  const unsampled = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` };

  test("makes nothing, and passes results and errors on", async () => {
    const error = new Error("refused");
    await tracing.run("entry", { kind: "consumer", parent: unsampled }, async () => {
      const entry = tracing.spanId();
      const inner = await tracing.run("inner", { kind: "client" }, async () => tracing.spanId());
      expect(inner).toBe(entry);
      await expect(tracing.run("inner", {}, () => Promise.reject(error))).rejects.toBe(error);
      expect(tracing.traceId()).toBe("a".repeat(32));
    });
    expect(recorder.spans()).toEqual([]);
    expect(await recorder.points("active_spans")).toMatchObject([{ value: 0 }]);
  });

  test("throws on what an entry throws", async () => {
    const error = new Error("refused");
    await expect(tracing.run("entry", { parent: unsampled }, () => Promise.reject(error))).rejects.toBe(error);
    expect(recorder.spans()).toEqual([]);
  });

  test("hands the caller's decision on, with the ids that log lines have", async () => {
    await tracing.run("entry", { parent: unsampled }, async () => {
      expect(tracing.carrier()).toEqual({ traceparent: `00-${tracing.traceId()}-${tracing.spanId()}-00` });
    });
  });

  test("begins anew where a parent is given, whatever is active", async () => {
    const sampled = { traceparent: `00-${"c".repeat(32)}-${"d".repeat(16)}-01` };
    await tracing.run("entry", { parent: unsampled }, () =>
      tracing.run("other", { parent: sampled }, async () => expect(tracing.traceId()).toBe("c".repeat(32))),
    );
    expect(recorder.spans().map(({ name }) => name)).toEqual(["other"]);
  });
});

describe("tracing with a tail", () => {
  beforeEach(async () => {
    await recorder.close();
    recorder = createSpanRecorder({ ratio: 0, tail: true });
    tracing = createTracing(recorder);
  });

  test("keeps an entry that throws, with the ids that were given out in it", async () => {
    let seen: object = {};
    const work = tracing.run("process", { kind: "consumer", attributes: { "job.id": "17" } }, async () => {
      seen = { traceId: tracing.traceId(), spanId: tracing.spanId() };
      await tracing.run("step", {}, async () => undefined);
      throw new RangeError("too large");
    });
    await expect(work).rejects.toThrow("too large");
    const [kept, ...others] = recorder.spans();
    expect(others).toEqual([]);
    expect(kept?.spanContext()).toMatchObject(seen);
    expect(kept?.attributes).toEqual({ "job.id": "17", "error.type": "RangeError", "gozcu.kept": "error" });
    expect(kept?.status).toEqual({ code: SpanStatusCode.ERROR, message: "too large" });
  });

  test("keeps an entry that took longer than it should, and no other", async () => {
    await tracing.run("slow", { slowerThanMs: -1 }, async () => undefined);
    await tracing.run("fine", { slowerThanMs: 60_000 }, async () => undefined);
    await tracing.run("without a limit", {}, async () => undefined);
    expect(recorder.spans()).toMatchObject([{ name: "slow", attributes: { "gozcu.kept": "slow" } }]);
  });

  test("keeps an entry that says itself that it failed", async () => {
    await tracing.run("process", {}, async () => tracing.annotate({ "error.type": "timeout" }));
    expect(recorder.spans()).toMatchObject([{ attributes: { "error.type": "timeout", "gozcu.kept": "error" } }]);
  });
});

describe("a call of another program", () => {
  const describeCall = () => ({ name: "GET example.test", attributes: { "server.port": 80 } });

  test("is a client span under a span that is recorded", async () => {
    await tracing.run("entry", {}, () =>
      tracing.call(describeCall, async (annotate) => annotate({ "http.response.status_code": 200 })),
    );
    const [call, entry] = recorder.spans();
    expect(call).toMatchObject({ name: "GET example.test", kind: SpanKind.CLIENT });
    expect(call?.attributes).toEqual({ "server.port": 80, "http.response.status_code": 200 });
    expect(call?.parentSpanContext?.spanId).toBe(entry?.spanContext().spanId);
  });

  test("begins no trace by itself", async () => {
    expect(await tracing.call(describeCall, async () => tracing.traceId())).toBeUndefined();
    expect(recorder.spans()).toEqual([]);
  });

  test("is not even described where nothing is recorded, and what it tells is not told of its entry", async () => {
    await recorder.close();
    recorder = createSpanRecorder({ ratio: 0, tail: true });
    tracing = createTracing(recorder);
    const describeNever = () => {
      throw new Error("nobody wants to know");
    };
    const answer = await tracing.run("entry", {}, () =>
      tracing.call(describeNever, async (annotate) => {
        annotate({ "error.type": "503" });
        return 7;
      }),
    );
    expect(answer).toBe(7);
    expect(recorder.spans()).toEqual([]);
  });
});
