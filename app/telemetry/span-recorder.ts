import { context, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createMetrics, instrumentationScope, type Metrics } from "./instruments.ts";

class OnDemandReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** For tests: a tracer and instruments that can be read back. It holds OpenTelemetry's global context until closed. */
export function createSpanRecorder(): {
  readonly tracer: Tracer;
  readonly provider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly metrics: Metrics;
  /** The spans that have ended, in that order. */
  spans(): readonly ReadableSpan[];
  /** The points of a metric; none when it is absent. */
  points(name: string): Promise<readonly { readonly attributes: object; readonly value: unknown }[]>;
  close(): Promise<void>;
} {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const reader = new OnDemandReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
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
