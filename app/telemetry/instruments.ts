import type { Meter } from "@opentelemetry/api";
import {
  anyValue,
  type HistogramName,
  type LabelsOf,
  type MetricName,
  type MetricOf,
  type MetricRow,
  metrics,
} from "../catalogue/metrics.ts";

/** The one scope of all instruments: the same name in two scopes would be scraped as two series with one name. */
export const instrumentationScope = "gozcu";

/** All of a metric's labels and no other; nothing for a metric without labels. */
type LabelArguments<M extends MetricName> = keyof LabelsOf<M> extends never ? [] : [labels: LabelsOf<M>];

/** A histogram; values are in the catalogue's unit. */
export interface Distribution<M extends HistogramName> {
  record(value: number, ...labels: LabelArguments<M>): void;
}

type TallyName = MetricOf<{ kind: "updown" }>;

/** A count that goes up and down. */
export interface Tally<M extends TallyName> {
  add(delta: number, ...labels: LabelArguments<M>): void;
}

type CounterName = MetricOf<{ kind: "counter"; endpoint: "otel" }>;

/** A count that only goes up: `amount` is positive. */
interface Counter<M extends CounterName> {
  add(amount: number, ...labels: LabelArguments<M>): void;
}

type CamelCase<S extends string> = S extends `${infer Head}${"." | "_"}${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** The instruments that code records into, by their catalogue names in camel case. */
export type Metrics = { readonly [M in HistogramName as CamelCase<M>]: Distribution<M> } & {
  readonly [M in TallyName as CamelCase<M>]: Tally<M>;
} & {
  readonly [M in CounterName as CamelCase<M>]: Counter<M>;
};

function camelCase(name: string): string {
  return name.replace(/[._](.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Every combination of the labels' values, as far as the catalogue lists them: none when a label takes any value. */
function listCombinations(labels: MetricRow["labels"]): readonly Readonly<Record<string, string>>[] {
  return Object.entries(labels).reduce<readonly Readonly<Record<string, string>>[]>(
    (combinations, [key, values]) =>
      values === anyValue
        ? []
        : combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value }))),
    [{}],
  );
}

/**
 * Makes an instrument of each row of the catalogue that code records into. Gauges are not among them: they are read
 * when scraped, see {@link observeGauge}; nor are the counters of `GET /metrics`, which are read likewise.
 */
export function createMetrics(meter: Meter): Metrics {
  const instruments: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(metrics)) {
    const { unit, help: description } = row;
    if (row.kind === "histogram") {
      const advice = { explicitBucketBoundaries: [...row.buckets] };
      instruments[camelCase(name)] = meter.createHistogram(name, { unit, description, advice });
    }
    if (row.kind === "updown") {
      const tally = meter.createUpDownCounter(name, { unit, description });
      // Scraped as 0 from the start, and not absent until something happens.
      tally.add(0);
      instruments[camelCase(name)] = tally;
    }
    if (row.kind === "counter" && row.endpoint === "otel") {
      const counter = meter.createCounter(name, { unit, description });
      // A rate does not see the increment with which a series appears.
      for (const labels of listCombinations(row.labels)) counter.add(0, labels);
      instruments[camelCase(name)] = counter;
    }
  }
  return instruments as Metrics;
}

/**
 * Has a gauge read whenever it is scraped. What `read` leaves out is absent from that scrape, also when it was there
 * before; when it throws, the gauge is absent and the error goes to OpenTelemetry's diagnostics.
 * @returns `close` ends the reading.
 */
export function observeGauge<M extends MetricOf<{ kind: "gauge" }>>(
  meter: Meter,
  name: M,
  read: () => Iterable<{ readonly value: number; readonly labels: LabelsOf<M> }>,
): { close(): void } {
  const { unit, help: description } = metrics[name];
  const gauge = meter.createObservableGauge<LabelsOf<M>>(name, { unit, description });
  const observe: Parameters<typeof gauge.addCallback>[0] = (result) => {
    for (const { value, labels } of read()) result.observe(value, labels);
  };
  gauge.addCallback(observe);
  return { close: () => gauge.removeCallback(observe) };
}
