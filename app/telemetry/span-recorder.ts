import { context, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { defaultResource } from "@opentelemetry/resources";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createEntrySpans, type EntrySpans } from "./entry-spans.ts";
import { createHeadSampling } from "./head-sampling.ts";
import { createMetrics, instrumentationScope, type Metrics } from "./instruments.ts";

class OnDemandReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/**
 * For tests: a tracer and instruments that can be read back. It holds OpenTelemetry's global context until closed.
 * @param options.ratio of the traces that are sampled; all by default.
 * @param options.tail whether failed and slow entries are kept nevertheless; not by default.
 */
export function createSpanRecorder(options: { readonly ratio?: number; readonly tail?: boolean } = {}): {
  readonly tracer: Tracer;
  readonly entries: EntrySpans;
  readonly provider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly metrics: Metrics;
  /** The spans that have ended, in that order. */
  spans(): readonly ReadableSpan[];
  /** The points of a metric; none when it is absent. */
  points(name: string): Promise<readonly { readonly attributes: object; readonly value: unknown }[]>;
  close(): Promise<void>;
} {
  const { ratio = 1, tail = false } = options;
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const head = createHeadSampling({ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: ratio });
  const resource = defaultResource();
  const scope = { name: instrumentationScope };
  const provider = new TracerProvider({ spanProcessors: [processor], sampler: head.sampler, resource });
  const reader = new OnDemandReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    entries: createEntrySpans({ head, tail, processor, resource, scope }),
    provider,
    meterProvider,
    tracer: provider.getTracer(instrumentationScope),
    metrics: createMetrics(meterProvider.getMeter(instrumentationScope)),
    spans: () => exporter.getFinishedSpans(),
    async points(name) {
      const { resourceMetrics } = await reader.collect();
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return all.filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => [...dataPoints]);
    },
    async close() {
      await Promise.all([provider.shutdown(), meterProvider.shutdown()]);
      context.disable();
      trace.disable();
    },
  };
}
