import { z } from "zod";
import type { ReceivedSpan } from "../../e2e/collector.ts";

export const TraceSummarySchema = z.object({
  spans: z.int(),
  /** Spans of jobs that were added. */
  producers: z.int(),
  /** Spans of jobs that were processed, and whose parent is the span that added one. */
  linked: z.int(),
});

/** What the spans of a turn tell of its jobs. */
export type TraceSummary = z.infer<typeof TraceSummarySchema>;

type Link = Pick<ReceivedSpan, "traceId" | "spanId" | "parentSpanId" | "kind">;

/** Counts the spans, and those of jobs whose two halves found each other. */
export function readTraceSummary(spans: readonly Link[]): TraceSummary {
  const idOf = ({ traceId, spanId }: Pick<Link, "traceId" | "spanId">) => `${traceId} ${spanId}`;
  const producers = new Set(spans.filter(({ kind }) => kind === "producer").map(idOf));
  const linked = spans.filter(
    ({ kind, traceId, parentSpanId }) =>
      kind === "consumer" && parentSpanId !== undefined && producers.has(idOf({ traceId, spanId: parentSpanId })),
  );
  return { spans: spans.length, producers: producers.size, linked: linked.length };
}
