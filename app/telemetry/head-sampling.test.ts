import { describe, expect, test } from "@jest/globals";
import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type SpanContext, SpanKind, TraceFlags, trace } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import { createHeadSampling } from "./head-sampling.ts";
import type { TelemetrySettings } from "./settings.ts";
import { createSpanId, createTraceId, randomWord } from "./trace-ids.ts";

/** OpenTelemetry's samplers by the names of its variable. */
const stock: Readonly<Record<TelemetrySettings["OTEL_TRACES_SAMPLER"], (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};
const ratios = [0, 1e-9, 0.1, 0.5, 0.999_999_999, 1];
const rows = Object.entries(stock).flatMap(([name, create]) =>
  ratios.map((ratio) => [name as keyof typeof stock, ratio, create(ratio)] as const),
);

const isSampled = (sampler: Sampler, traceId: string, context = ROOT_CONTEXT) =>
  sampler.shouldSample(context, traceId, "GET", SpanKind.SERVER, {}, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED;

/** What decides of a new trace: the numbers at the edges, and many others. */
function* listDraws(): Generator<number> {
  yield* [0, 1, -1, -2, 2 ** 31 - 1, -(2 ** 31)];
  for (let n = 0; n < 2_000; n += 1) yield randomWord();
}

const disagreements = <T>(items: Iterable<T>, ours: (item: T) => boolean, theirs: (item: T) => boolean) =>
  [...items].filter((item) => ours(item) !== theirs(item));

describe.each(rows)("head sampling by %s with ratio %d", (name, ratio, theirs) => {
  const head = createHeadSampling({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio });

  test("decides of a new trace as OpenTelemetry's sampler does of its id", () => {
    const found = disagreements(
      listDraws(),
      (draw) => head.beginsSampled(draw >>> 0),
      (draw) => isSampled(theirs, createTraceId(draw)),
    );
    expect(found).toEqual([]);
  });

  test("decides of a caller's trace as OpenTelemetry's sampler does", () => {
    const parents = Array.from(listDraws(), (draw, n): SpanContext => {
      const traceFlags = n % 2 === 0 ? TraceFlags.SAMPLED : TraceFlags.NONE;
      return { traceId: createTraceId(draw), spanId: createSpanId(), traceFlags, isRemote: n % 3 === 0 };
    });
    const around = (parent: SpanContext) => trace.setSpanContext(ROOT_CONTEXT, parent);
    const decide = (parent: SpanContext) => isSampled(theirs, parent.traceId, around(parent));
    expect(disagreements(parents, head.goesOnSampled, decide)).toEqual([]);
  });

  test("gives OpenTelemetry's SDK a sampler that decides the same", () => {
    const ids = Array.from(listDraws(), createTraceId);
    const contexts = [TraceFlags.NONE, TraceFlags.SAMPLED].map((traceFlags) =>
      trace.setSpanContext(ROOT_CONTEXT, { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags }),
    );
    for (const context of [ROOT_CONTEXT, trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT), ...contexts])
      expect(
        disagreements(
          ids,
          (id) => isSampled(head.sampler, id, context),
          (id) => isSampled(theirs, id, context),
        ),
      ).toEqual([]);
  });
});

describe("head sampling", () => {
  test("samples about as many as it is told to", () => {
    const head = createHeadSampling({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: 0.25 });
    const sampled = Array.from({ length: 20_000 }, () => randomWord() >>> 0).filter(head.beginsSampled);
    // Ten standard deviations: it fails by chance less than once in the age of the universe.
    expect(Math.abs(sampled.length - 5_000)).toBeLessThan(620);
  });
});

describe("ids", () => {
  test("are hexadecimal, of OpenTelemetry's lengths and distinct", () => {
    const traceIds = Array.from(listDraws(), createTraceId);
    const spanIds = traceIds.map(createSpanId);
    for (const id of traceIds) expect(id).toMatch(/^[0-9a-f]{32}$/);
    for (const id of spanIds) expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(traceIds).size).toBe(traceIds.length);
    expect(new Set(spanIds).size).toBe(spanIds.length);
  });

  test("fold to what was drawn beforehand, big end first", () => {
    const words = createTraceId(0x01234567).match(/.{8}/g) ?? [];
    expect(words.map((word) => Number.parseInt(word, 16)).reduce((fold, word) => fold ^ word)).toBe(0x01234567);
  });
});
