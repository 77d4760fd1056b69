import { type Attributes, ValueType } from "@opentelemetry/api";
import { emptyResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

/** For tests: metrics as a reader collects them. */
interface Naming {
  readonly name?: string;
  readonly unit?: string;
  readonly description?: string;
}

const time: [number, number] = [1_764_000_000, 0];

function common({ name = "a_metric", unit = "", description = "What it tells" }: Naming) {
  const descriptor = { name, unit, description, valueType: ValueType.DOUBLE };
  return { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
}

function points<T>(values: readonly (readonly [T, Attributes])[]) {
  return values.map(([value, attributes]) => ({ value, attributes, startTime: time, endTime: time }));
}

type Numbers = readonly (readonly [number, Attributes])[];

export const gauge = (values: Numbers, naming: Naming = {}): MetricData => ({
  ...common(naming),
  dataPointType: DataPointType.GAUGE,
  dataPoints: points(values),
});

export const sum = (values: Numbers, isMonotonic: boolean, naming: Naming = {}): MetricData => ({
  ...common(naming),
  dataPointType: DataPointType.SUM,
  isMonotonic,
  dataPoints: points(values),
});

export const histogram = (values: readonly (readonly [Histogram, Attributes])[], naming: Naming = {}): MetricData => ({
  ...common(naming),
  dataPointType: DataPointType.HISTOGRAM,
  dataPoints: points(values),
});

export const exponential: MetricData = {
  ...common({ name: "exponential" }),
  dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
  dataPoints: points([
    [
      {
        ...{ count: 1, sum: 1, scale: 0, zeroCount: 0 },
        positive: { offset: 0, bucketCounts: [1] },
        negative: { offset: 0, bucketCounts: [] },
      },
      {},
    ],
  ]),
};

export function collected(metrics: readonly MetricData[], resource: Attributes = { "service.name": "a service" }) {
  return {
    resource: Object.keys(resource).length === 0 ? emptyResource() : resourceFromAttributes(resource),
    scopeMetrics: [{ scope: { name: "a scope", version: "1.0.0" }, metrics: [...metrics] }],
  } satisfies ResourceMetrics;
}

export const buckets = (boundaries: number[], counts: number[]): Histogram => ({
  buckets: { boundaries, counts },
  count: counts.reduce((total, count) => total + count, 0),
  sum: 12.5,
});
