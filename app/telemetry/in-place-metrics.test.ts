import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Attributes, type Meter, type MeterProvider as Provider, ValueType } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type IMetricReader,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { createRandom } from "../../infra/e2e/random.ts";
import { createInPlaceMetrics } from "./in-place-metrics.ts";

const boundaries = [0.005, 0.1, 1, 2.5, 10];

interface Collecting {
  readonly reader: IMetricReader;
  collect(): Promise<ResourceMetrics>;
}

/** The ways in which metrics leave the process. */
const readers = {
  "a Prometheus exporter": (metricProducers: MetricProducer[]): Collecting => {
    const reader = new PrometheusExporter({ preventServerStart: true, metricProducers });
    return { reader, collect: async () => (await reader.collect()).resourceMetrics };
  },
  "a reader that exports now and then, as OTLP's does": (metricProducers: MetricProducer[]): Collecting => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000, metricProducers });
    return {
      reader,
      async collect() {
        await reader.forceFlush();
        // It exports nothing at all when there is nothing.
        return exporter.getMetrics().at(-1) ?? { resource: emptyResource(), scopeMetrics: [] };
      },
    };
  },
} as const;

/** OpenTelemetry's own instruments beside ours, each with a reader of the same kind. */
function createPair(createReader: (typeof readers)[keyof typeof readers]) {
  const inPlace = createInPlaceMetrics();
  const [theirs, ours] = [createReader([]), createReader([inPlace.producer])];
  const sdks = [theirs, ours].map(({ reader }) => new MeterProvider({ readers: [reader] }));
  const [stock, under] = sdks as [MeterProvider, MeterProvider];
  const providers: readonly Provider[] = [stock, inPlace.over(under)];
  return {
    /** Does the same with both. */
    record: (work: (meter: Meter) => void) => {
      for (const provider of providers) work(provider.getMeter("test", "1.0"));
    },
    theirs: theirs.collect,
    ours: ours.collect,
    close: async () => void (await Promise.all(sdks.map((sdk) => sdk.shutdown()))),
  };
}

const sortKeys = (attributes: Attributes) => Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Everything but the times, in an order of its own. */
function outline({ scopeMetrics }: ResourceMetrics) {
  return scopeMetrics
    .filter(({ metrics }) => metrics.length > 0)
    .map(({ scope: { name, version }, metrics }) => ({
      scope: { name, version },
      metrics: metrics.map(({ descriptor: { name: metric, description, unit, valueType }, dataPoints, ...rest }) => ({
        ...{ metric, description, unit, valueType, ...rest },
        points: dataPoints
          .map(({ attributes, value }) => ({ attributes: sortKeys(attributes), value }))
          .toSorted((a, b) => (JSON.stringify(a.attributes) < JSON.stringify(b.attributes) ? -1 : 1)),
      })),
    }));
}

const asText = (all: ResourceMetrics) =>
  new PrometheusSerializer()
    .serialize(all)
    .split("\n")
    .toSorted()
    .filter((line) => !line.startsWith("target_info"));

const values = [
  ...boundaries.flatMap((bound) => [bound, bound * (1 - Number.EPSILON), bound * (1 + Number.EPSILON)]),
  ...[0, Number.MIN_VALUE, 3.7, 1e6],
];
const refused = [-1, -Number.MIN_VALUE, Number.NEGATIVE_INFINITY, Number.NaN];

const attributeSets: readonly (Attributes | undefined)[] = [
  undefined,
  {},
  Object.freeze({ route: "/a", status: 200 }),
  Object.freeze({ status: 200, route: "/a" }),
  { status: 200, route: "/a" },
  { route: "/a", status: "200" },
  { route: "/a", error: undefined },
  Object.freeze({ list: ["a", "b"] }),
];

describe.each(Object.entries(readers))("instruments that aggregate in place, read by %s", (_name, createReader) => {
  let pair: ReturnType<typeof createPair>;
  beforeEach(() => {
    pair = createPair(createReader);
  });
  afterEach(() => pair.close());

  async function expectSame(): Promise<void> {
    const [theirs, ours] = [await pair.theirs(), await pair.ours()];
    expect(outline(ours)).toEqual(outline(theirs));
    expect(asText(ours)).toEqual(asText(theirs));
  }

  const random = createRandom(6);
  const pick = <T>(items: readonly T[]) => items[random.between(0, items.length - 1)] as T;

  function recordAll(nextValue: () => number): void {
    const recordings = Array.from({ length: 2_500 }, () => ({ value: nextValue(), attributes: pick(attributeSets) }));
    pair.record((meter) => {
      const advice = { explicitBucketBoundaries: [...boundaries] };
      const histogram = meter.createHistogram("duration", { unit: "s", description: "How long", advice });
      const counter = meter.createCounter("requests", { description: "How many" });
      const level = meter.createUpDownCounter("open", { valueType: ValueType.INT });
      for (const { value, attributes } of recordings) {
        histogram.record(value, attributes);
        if (!Number.isNaN(value)) counter.add(value, attributes);
        if (Number.isFinite(value)) level.add(Math.round(value), attributes);
      }
    });
  }

  test("give what OpenTelemetry's give of the same recordings", async () => {
    recordAll(() => {
      const chance = random.next();
      return chance < 0.05 ? pick(refused) : chance < 0.5 ? pick(values) : random.next() * 12;
    });
    await expectSame();
  });

  test("go on from one reading to the next as OpenTelemetry's do", async () => {
    for (let reading = 0; reading < 3; reading += 1) {
      // OpenTelemetry's add up each reading by itself: fractions whose sums are exact do not care.
      recordAll(() => random.between(0, 12 * 1_024) / 1_024);
      await expectSame();
    }
  });

  test("take values without an end as OpenTelemetry's do", async () => {
    pair.record((meter) => {
      const histogram = meter.createHistogram("duration");
      histogram.record(Number.MAX_VALUE, { is: "huge" });
      histogram.record(Number.POSITIVE_INFINITY, { is: "infinite" });
    });
    await expectSame();
  });

  test("have OpenTelemetry's boundaries when none are advised", async () => {
    pair.record((meter) => meter.createHistogram("duration").record(7));
    await expectSame();
  });

  test("count what comes after 1,999 series as one, and go on with those there are", async () => {
    pair.record((meter) => {
      const histogram = meter.createHistogram("duration");
      const counter = meter.createCounter("requests");
      for (let n = 0; n < 2_100; n += 1) {
        histogram.record(n, Object.freeze({ n }));
        counter.add(n, { n });
      }
      histogram.record(5, { n: 0 });
      counter.add(5, { n: 0 });
    });
    await expectSame();
    const [scope] = (await pair.ours()).scopeMetrics;
    expect(scope?.metrics.map(({ dataPoints }) => dataPoints.length)).toEqual([2_000, 2_000]);
  });

  test("are absent until something is recorded", async () => {
    pair.record((meter) => void [meter.createHistogram("duration"), meter.createCounter("requests")]);
    await expectSame();
    expect(outline(await pair.ours())).toEqual([]);
  });

  test("stand beside those that are read when collected, which stay OpenTelemetry's", async () => {
    pair.record((meter) => {
      meter.createHistogram("duration").record(1);
      meter.createObservableGauge("depth").addCallback((result) => result.observe(3, { queue: "jobs" }));
      meter.createGauge("level").record(2);
    });
    const [theirs, ours] = [await pair.theirs(), await pair.ours()];
    expect(asText(ours)).toEqual(asText(theirs));
  });
});

describe("instruments that aggregate in place", () => {
  test("are the same instrument when asked for again in the same scope, and another in another", async () => {
    const { over, producer } = createInPlaceMetrics();
    const provider = over(new MeterProvider());
    provider.getMeter("a").createCounter("requests").add(1);
    provider.getMeter("a").createCounter("requests").add(2);
    provider.getMeter("b").createCounter("requests").add(4);
    const { resourceMetrics } = await producer.collect();
    const sums = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => [
      scope.name,
      metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value)),
    ]);
    expect(sums).toEqual([
      ["a", [3]],
      ["b", [4]],
    ]);
  });

  test("refuse what would spoil a sum for good", async () => {
    const { over, producer } = createInPlaceMetrics();
    const counter = over(new MeterProvider()).getMeter("a").createUpDownCounter("open");
    for (const amount of [1, Number.NaN, "2" as unknown as number, -3]) counter.add(amount);
    const { resourceMetrics } = await producer.collect();
    expect(resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints).toMatchObject([{ value: -2 }]);
  });

  test("hand over what does not change with later recordings", async () => {
    const { over, producer } = createInPlaceMetrics();
    const histogram = over(new MeterProvider()).getMeter("a").createHistogram("duration");
    histogram.record(1);
    const { resourceMetrics } = await producer.collect();
    histogram.record(1);
    expect(resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints).toMatchObject([
      { value: { count: 1, sum: 1, buckets: { counts: expect.arrayContaining([1]) } } },
    ]);
  });

  test("begin when their series does, and end when they are read", async () => {
    const before = Date.now() / 1_000;
    const { over, producer } = createInPlaceMetrics();
    over(new MeterProvider()).getMeter("a").createCounter("requests").add(1);
    const { resourceMetrics } = await producer.collect();
    const [point] = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints ?? [];
    const seconds = (time: readonly [number, number] | undefined) => (time ? time[0] + time[1] / 1e9 : Number.NaN);
    expect(seconds(point?.startTime)).toBeGreaterThanOrEqual(before);
    expect(seconds(point?.endTime)).toBeGreaterThanOrEqual(seconds(point?.startTime));
  });
});
