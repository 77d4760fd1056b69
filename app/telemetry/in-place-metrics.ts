import {
  type Attributes,
  diag,
  type HrTime,
  type Meter,
  type MeterProvider,
  type MetricOptions,
  ValueType,
} from "@opentelemetry/api";
import { type InstrumentationScope, millisToHrTime } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { createSeriesIndex } from "./in-place-series.ts";

/** OpenTelemetry's boundaries for a histogram that names none. */
const defaultBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

/** Where the parts of a histogram stand in its array; the buckets' counts come after them. */
const [sumAt, minAt, maxAt, countsAt] = [0, 1, 2, 3];

interface InPlaceInstrument {
  collect(endTime: HrTime): MetricData;
}

const now = () => millisToHrTime(Date.now());

function describe(name: string, { unit = "", description = "", valueType = ValueType.DOUBLE }: MetricOptions) {
  return {
    descriptor: { name, unit, description, valueType },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  } as const;
}

/** Telemetry is a guest: what cannot be recorded is told and left out. */
function refuse(name: string, value: unknown): void {
  diag.warn(`${name} was given ${String(value)}: a number of 0 or more is what it takes`);
}

/** Counts into fixed buckets where the value is recorded: nothing is allocated, and one array element more is 1 larger. */
function createHistogram(name: string, options: MetricOptions) {
  const boundaries = [...(options.advice?.explicitBucketBoundaries ?? defaultBoundaries)];
  const bounds = Float64Array.from(boundaries);
  const series = createSeriesIndex((attributes) => {
    const numbers = new Float64Array(countsAt + bounds.length + 1);
    numbers[minAt] = Number.POSITIVE_INFINITY;
    numbers[maxAt] = Number.NEGATIVE_INFINITY;
    return { attributes, startTime: now(), numbers };
  });
  const common = { ...describe(name, options), dataPointType: DataPointType.HISTOGRAM } as const;

  /** The first bucket whose upper bound is not below the value; the one after the last bound has none. */
  function bucketOf(value: number): number {
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= Number(bounds[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    record(value: number, attributes?: Attributes): void {
      if (!(value >= 0)) {
        refuse(name, value);
        return;
      }
      const { numbers } = series.of(attributes);
      const at = countsAt + bucketOf(value);
      numbers[at] = Number(numbers[at]) + 1;
      numbers[sumAt] = Number(numbers[sumAt]) + value;
      if (value < Number(numbers[minAt])) numbers[minAt] = value;
      if (value > Number(numbers[maxAt])) numbers[maxAt] = value;
    },
    collect: (endTime: HrTime): MetricData => ({
      ...common,
      dataPoints: Array.from(series.all(), ({ attributes, startTime, numbers }) => {
        const counts = Array.from(numbers.subarray(countsAt));
        const [sum = 0, min = 0, max = 0] = numbers;
        const count = counts.reduce((total, bucket) => total + bucket, 0);
        return { attributes, startTime, endTime, value: { buckets: { boundaries, counts }, count, sum, min, max } };
      }),
    }),
  };
}

/** A sum that stands where it is added to. A counter takes no negative amounts. */
function createSum(name: string, options: MetricOptions, isMonotonic: boolean) {
  const series = createSeriesIndex((attributes) => ({ attributes, startTime: now(), numbers: new Float64Array(1) }));
  const common = { ...describe(name, options), dataPointType: DataPointType.SUM, isMonotonic } as const;
  return {
    add(amount: number, attributes?: Attributes): void {
      if (typeof amount !== "number" || Number.isNaN(amount) || (isMonotonic && amount < 0)) {
        refuse(name, amount);
        return;
      }
      const { numbers } = series.of(attributes);
      numbers[0] = Number(numbers[0]) + amount;
    },
    collect: (endTime: HrTime): MetricData => ({
      ...common,
      dataPoints: Array.from(series.all(), ({ attributes, startTime, numbers: [value = 0] }) => ({
        ...{ attributes, startTime, endTime, value },
      })),
    }),
  };
}

/**
 * OpenTelemetry's metrics API over instruments that aggregate where they record: what they cost a caller is a look-up and
 * an addition. Histograms, counters and up-down counters are ours; what is read when scraped stays the SDK's.
 *
 * Every reader that is given `producer` exports them, whichever its format. Sums are cumulative.
 */
export function createInPlaceMetrics(): {
  /** The provider, with synchronous instruments of ours. The same name in the same scope is the same instrument. */
  over(provider: MeterProvider): MeterProvider;
  readonly producer: MetricProducer;
} {
  const scopes = new Map<string, { scope: InstrumentationScope; instruments: Map<string, InPlaceInstrument> }>();

  function meterOf(scope: InstrumentationScope, meter: Meter): Meter {
    const id = JSON.stringify(scope);
    const { instruments } = scopes.get(id) ?? { instruments: new Map<string, InPlaceInstrument>() };
    scopes.set(id, { scope, instruments });
    function once<I extends InPlaceInstrument>(kind: string, name: string, create: () => I): I {
      const key = `${kind} ${name}`;
      // The key names the kind, so what stands there was made by a `create` of the same kind.
      const instrument = (instruments.get(key) as I | undefined) ?? create();
      instruments.set(key, instrument);
      return instrument;
    }
    const ours: Pick<Meter, "createHistogram" | "createCounter" | "createUpDownCounter"> = {
      createHistogram: (name, options = {}) => once("histogram", name, () => createHistogram(name, options)),
      createCounter: (name, options = {}) => once("counter", name, () => createSum(name, options, true)),
      createUpDownCounter: (name, options = {}) => once("updown", name, () => createSum(name, options, false)),
    };
    return Object.assign(Object.create(meter) as Meter, ours);
  }

  return {
    over: (provider) => ({
      getMeter: (name, version, options) =>
        meterOf({ name, ...(version !== undefined && { version }) }, provider.getMeter(name, version, options)),
    }),
    producer: {
      async collect() {
        const endTime = now();
        const scopeMetrics = Array.from(scopes.values(), ({ scope, instruments }) => ({
          scope,
          metrics: Array.from(instruments.values(), (instrument) => instrument.collect(endTime)).filter(
            ({ dataPoints }) => dataPoints.length > 0,
          ),
        }));
        return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
      },
    },
  };
}
