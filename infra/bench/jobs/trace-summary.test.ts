import { expect, test } from "@jest/globals";
import { readTraceSummary } from "./trace-summary.ts";

const added = { traceId: "t1", spanId: "a", parentSpanId: undefined, kind: "producer" } as const;
const processed = { traceId: "t1", spanId: "b", parentSpanId: "a", kind: "consumer" } as const;

test("a job is linked when its processing stands under its adding", () => {
  const other = { traceId: "t1", spanId: "c", parentSpanId: "b", kind: "internal" } as const;
  expect(readTraceSummary([processed, added, other])).toEqual({ spans: 3, producers: 1, linked: 1 });
});

test("a job is not linked to a span of another trace, to one that did not arrive, or to none", () => {
  const strangers = [
    { ...processed, traceId: "t2" },
    { ...processed, parentSpanId: "z" },
    { ...processed, parentSpanId: undefined },
  ];
  expect(readTraceSummary([added, ...strangers])).toEqual({ spans: 4, producers: 1, linked: 0 });
});
