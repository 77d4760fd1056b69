import { ROOT_CONTEXT, type SpanContext, TraceFlags } from "@opentelemetry/api";
import { ParentBasedSampler, type Sampler, SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import type { TelemetrySettings } from "./settings.ts";

/** The decision whether a trace is recorded, taken where it begins. */
export interface HeadSampling {
  /** The same for OpenTelemetry's SDK. */
  readonly sampler: Sampler;
  /** Whether a trace that begins here is recorded. `fold` is its id's four 32-bit words under exclusive or, unsigned. */
  beginsSampled(fold: number): boolean;
  /** Whether to go on recording a trace that a caller has begun: a valid one. */
  goesOnSampled(parent: SpanContext): boolean;
}

/**
 * The sampling that OpenTelemetry's own variables name. For a new trace the decision needs numbers only, so that nothing
 * of a trace that is not recorded has to be made; it is the one that the SDK's `TraceIdRatioBasedSampler` takes of the
 * same id, which other services may take again.
 */
export function createHeadSampling(
  settings: Pick<TelemetrySettings, "OTEL_TRACES_SAMPLER" | "OTEL_TRACES_SAMPLER_ARG">,
): HeadSampling {
  const [, parentBased, rule] = /^(parentbased_)?(.*)$/.exec(settings.OTEL_TRACES_SAMPLER) ?? [];
  const ratio = rule === "always_on" ? 1 : rule === "always_off" ? 0 : settings.OTEL_TRACES_SAMPLER_ARG;
  const root = new TraceIdRatioBasedSampler(ratio);
  const bound = ratio === 1 ? 2 ** 32 : Math.floor(ratio * (2 ** 32 - 1));
  return {
    sampler: parentBased === undefined ? root : new ParentBasedSampler({ root }),
    beginsSampled: (fold) => fold < bound,
    goesOnSampled(parent) {
      if (parentBased !== undefined) return (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
      const { decision } = root.shouldSample(ROOT_CONTEXT, parent.traceId);
      return decision === SamplingDecision.RECORD_AND_SAMPLED;
    },
  };
}
