import { beforeAll, describe, expect, test } from "@jest/globals";
import { metrics } from "../../app/catalogue/metrics.ts";
import { callerSpanId } from "./equivalence/client.ts";
import { differences } from "./equivalence/differences.ts";
import { type Labels, type Observation, observe, type Told } from "./equivalence/observation.ts";
import { type ScenarioName, scenarios } from "./equivalence/scenarios.ts";
import { startTarget } from "./equivalence/target.ts";
import { createKeep } from "./keep.ts";

const keep = createKeep();
const names = Object.keys(scenarios) as readonly ScenarioName[];
const duration = "http_server_request_duration";

let stock: Observation;
let ours: Observation;
beforeAll(async () => {
  const target = keep(await startTarget());
  stock = await observe("stock", target);
  ours = await observe("ours", target);
});

const inOrder = <T>(items: readonly T[]) => items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

function sortKeys<T>(record: Readonly<Record<string, T>>) {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const isEqual = (a: Labels, b: Labels) => JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));

/** Everything but ids and times. */
function outline({ spans, series }: Told) {
  const names = new Map([[callerSpanId, "the caller"], ...spans.map((span) => [span.spanId, span.name] as const)]);
  const outlines = spans.map(({ name, kind, status, attributes, parentSpanId }) => ({
    ...{ name, kind, status, attributes: sortKeys(attributes) },
    parent: parentSpanId && (names.get(parentSpanId) ?? "a span that was never sent"),
  }));
  return { spans: inOrder(outlines), series: inOrder(series.map(sortKeys)) };
}

/** What the stock instrumentation told, with the differences that are meant; without those in `but`. */
function expected(name: ScenarioName, but?: (typeof differences)[number]): Told {
  const applied = differences.filter((difference) => difference !== but && (difference.in?.includes(name) ?? true));
  return applied.reduce((told, { apply }) => apply(told), stock.told[name]);
}

describe("a request's telemetry is what OpenTelemetry's own instrumentation tells, but for the listed differences", () => {
  test.each(names)("of %s", (name) => {
    expect(outline(ours.told[name])).toEqual(outline(expected(name)));
  });

  test("has one duration a request, and one span unless the caller does not sample", () => {
    const counts = names.map((name) => {
      const { spans, series } = ours.told[name];
      return [name, series.length, spans.filter(({ kind }) => kind === "server").length];
    });
    expect(counts).toEqual(
      names.map((name) => {
        const { times = 1, caller } = scenarios[name];
        return [name, times, caller === "unsampled" ? 0 : times];
      }),
    );
  });

  test.each(differences.map((difference) => [difference.what, difference] as const))(
    "is told apart by: %s",
    (_what, difference) => {
      const apart = names.filter((name) => {
        const [without, all] = [expected(name, difference), expected(name)].map((told) =>
          JSON.stringify(outline(told)),
        );
        return without !== all;
      });
      expect(apart).not.toEqual([]);
      expect(difference.in ?? apart).toEqual(apart);
    },
  );

  test("hands the span of a call on to the server that is called", () => {
    for (const { told, handedOn } of [stock, ours]) {
      const calls = names.flatMap((name) => told[name].spans).filter(({ kind }) => kind === "client");
      expect(calls).toHaveLength(3);
      const headers = calls.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
      expect(new Set(handedOn)).toEqual(new Set(headers));
    }
  });
});

describe("the metric of requests' durations", () => {
  const samplesOf = ({ samples }: Observation, suffix: string) =>
    samples.filter(({ name }) => name === `${duration}_${suffix}`);
  const totalOf = (observation: Observation, suffix: string) =>
    samplesOf(observation, suffix).reduce((total, { value }) => total + value, 0);
  const boundariesOf = (observation: Observation) => [
    ...new Set(samplesOf(observation, "bucket").map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")))),
  ];

  test("has the same name, and one count of each request", () => {
    expect(totalOf(ours, "count")).toBe(totalOf(stock, "count"));
  });

  test("has the conventions' boundaries, and the budget of the slower endpoints between them", () => {
    const added: number = 0.2;
    expect(boundariesOf(ours)).toEqual([...metrics["http.server.request.duration"].buckets, Number.POSITIVE_INFINITY]);
    expect(boundariesOf(ours).filter((bound) => bound !== added)).toEqual(boundariesOf(stock));
  });

  test("counts each request into the buckets from its duration on", () => {
    for (const observation of [stock, ours])
      for (const { labels, value } of samplesOf(observation, "count")) {
        const counts = samplesOf(observation, "bucket")
          .filter((bucket) => isEqual({ ...bucket.labels, le: "" }, { ...labels, le: "" }))
          .map((bucket) => bucket.value);
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
        expect(counts.at(-1)).toBe(value);
      }
  });

  test("measures seconds that the client waited", () => {
    for (const observation of [stock, ours]) {
      expect(totalOf(observation, "sum")).toBeGreaterThan(0);
      expect(totalOf(observation, "sum")).toBeLessThan(observation.seconds);
    }
  });

  test("is all that is measured of a request, as the duration of calls is not measured apart", () => {
    const http = ({ samples }: Observation) =>
      new Set(
        samples.map(({ name }) => name.replace(/_(count|sum|bucket)$/, "")).filter((name) => name.startsWith("http_")),
      );
    expect(http(stock)).toEqual(new Set([duration, "http_client_request_duration"]));
    expect(http(ours)).toEqual(new Set([duration]));
  });
});
