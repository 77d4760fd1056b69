import { context, diag, ROOT_CONTEXT, TraceFlags } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { OtlpSpans } from "./otlp-spans.ts";

/** An OTLP request, and how many spans are in it. */
export interface SpanBatch {
  readonly request: Buffer;
  readonly count: number;
}

export interface SpanBatchesOptions {
  /** Spans that make a batch full. */
  readonly maxBatch: number;
  /** Spans that may wait while a batch is under way; further ones are dropped. */
  readonly maxQueued: number;
  /** The longest that a span waits for its batch to fill. */
  readonly delayMs: number;
  /** Settles in time, and never rejects. */
  readonly send: (batch: SpanBatch) => Promise<void>;
  /** Called once, when the last batch has been sent. */
  readonly close: () => Promise<void>;
}

/**
 * Sends spans in batches, one at a time, as OpenTelemetry's `BatchSpanProcessor` does. But a span is written down as it
 * ends, where that one keeps it, its attributes and times until its batch is sent: most of what exporting costs is what
 * the garbage collector does with spans that live that long.
 */
export function createSpanBatches({ maxBatch, maxQueued, delayMs, send, close }: SpanBatchesOptions): SpanProcessor {
  const open = new OtlpSpans();
  const full: SpanBatch[] = [];
  const underWay = new Set<Promise<void>>();
  let queued = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function closeOpen(): void {
    clearTimeout(timer);
    timer = undefined;
    if (open.count > 0) full.push({ count: open.count, request: open.take() });
  }

  function sendFirst(): void {
    const batch = full.shift();
    if (batch === undefined) return;
    queued -= batch.count;
    const sending = context.with(suppressTracing(ROOT_CONTEXT), send, undefined, batch).finally(() => {
      underWay.delete(sending);
      if (underWay.size === 0) goOn();
    });
    underWay.add(sending);
  }

  /** The next batch if one is full, else the time to wait for it. */
  function goOn(): void {
    if (full.length > 0) sendFirst();
    else if (open.count > 0) timer ??= setTimeout(onDelay, delayMs).unref();
  }

  function onDelay(): void {
    closeOpen();
    if (underWay.size === 0) sendFirst();
  }

  async function flush(): Promise<void> {
    closeOpen();
    while (full.length > 0) sendFirst();
    await Promise.all(underWay);
  }

  return {
    onStart() {},
    onEnd(span) {
      if (closed || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (queued >= maxQueued) {
        if (dropped === 0) diag.debug("spans are dropped: the queue is full");
        dropped += 1;
        return;
      }
      if (dropped > 0) diag.warn(`${dropped} spans were dropped, as the queue was full`);
      dropped = 0;
      open.add(span);
      queued += 1;
      if (open.count >= maxBatch) closeOpen();
      if (underWay.size === 0) goOn();
    },
    forceFlush: flush,
    async shutdown() {
      closed = true;
      await flush();
      await close();
    },
  };
}
