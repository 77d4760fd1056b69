import { describe, expect, test } from "@jest/globals";
import { type Attributes, DiagLogLevel, diag } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, type MetricData, MetricReader, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { createRandom, type Random } from "../../infra/e2e/random.ts";
import { renderExposition } from "./exposition.ts";
import { buckets, collected, exponential, gauge, histogram, sum } from "./made-metrics.ts";

const renderStock = (all: ResourceMetrics) =>
  new PrometheusSerializer("", false, undefined, false, true).serialize(all);

const wellNamed = (names: readonly string[]) => names.map((name) => gauge([[1, {}]], { name }));
const oddLabels: Attributes = {
  "http.route": "/api/jobs/:id",
  "two__underscores..and dots": 'a "quoted" one',
  backslash: "C:\\temp",
  line: "first\nsecond",
  ünïcode: "çğışöü 🦉",
  empty: "",
  missing: undefined,
  number: 0.1,
  large: 1e21,
  nothing: Number.NaN,
  truth: true,
  list: ["a", 'b"', "c\n"],
  "1st": "begins with a digit",
};

/** What is rendered, by what is special about it. */
const rows: Readonly<Record<string, ResourceMetrics>> = {
  "gauges with and without labels": collected([
    gauge([
      [1, {}],
      [2.5, { a: "b" }],
    ]),
  ]),
  "counters, which end in _total": collected([
    sum([[3, { a: "b" }]], true, { name: "requests" }),
    sum([[3, {}]], true, { name: "more_total" }),
  ]),
  "sums that go up and down": collected([sum([[-3, {}]], false)]),
  histograms: collected([
    histogram([
      [buckets([1, 2.5, 10], [1, 0, 2, 3]), { route: "/a" }],
      [buckets([1, 2.5, 10], [0, 0, 0, 0]), {}],
      [buckets([0.001], [7, 1]), { other: "boundaries" }],
    ]),
  ]),
  "a histogram whose last bound is infinite": collected([
    histogram([[buckets([1, Number.POSITIVE_INFINITY], [1, 2]), {}]]),
    histogram([[buckets([1, Number.POSITIVE_INFINITY], [1, 2, 0]), {}]], { name: "with_one_more" }),
  ]),
  "a histogram without bounds, and one that knows no sum": collected([
    histogram([[buckets([], [4]), {}]]),
    histogram([[{ buckets: { boundaries: [1], counts: [1, 1] }, count: 2 }, {}]], { name: "without_sum" }),
  ]),
  "exponential histograms, which the text cannot express": collected([gauge([[1, {}]]), exponential]),
  "numbers of all kinds": collected([
    gauge(
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-7, 1e21, 2 ** 53, 0.1 + 0.2].map(
        (value, n) => [value, { n }],
      ),
    ),
    histogram([[{ ...buckets([1], [0, 1]), sum: Number.POSITIVE_INFINITY }, {}]], { name: "endless" }),
  ]),
  "labels of all kinds": collected([
    gauge([[1, oddLabels]]),
    histogram([[buckets([1], [1, 0]), oddLabels]], { name: "h" }),
  ]),
  "frozen labels": collected([gauge([[1, Object.freeze({ ...oddLabels })]])]),
  "names that need mending": collected(
    wellNamed([
      "http.server.request.duration",
      "a--b",
      "a/b",
      "ends_",
      "_begins",
      "__twice",
      "1st",
      "é",
      "a\\b",
      "a\nb",
    ]),
  ),
  "names of which nothing is left": collected([...wellNamed(["", "_", "é"]), gauge([[1, {}]])]),
  "units and descriptions": collected([
    gauge([[1, {}]], { unit: "ms", description: "" }),
    gauge([[1, {}]], { name: "b", unit: "{a\\b\nc}", description: 'two\nlines, a \\ and a "quote"' }),
  ]),
  "metrics without points": collected([gauge([]), histogram([], { name: "h" })]),
  "no metrics": collected([]),
  "no metrics and no resource": { resource: emptyResource(), scopeMetrics: [] },
  "an odd resource": collected([gauge([[1, {}]])], oddLabels),
  "no resource": collected([gauge([[1, {}]])], {}),
  "a metric that is named as the resource's": collected([gauge([[5, { a: "b" }]], { name: "target.info" })]),
  "one name twice": collected([
    gauge([[1, { a: "b" }]], { name: "a.b" }),
    gauge([[2, {}]], { name: "a_b", unit: "s" }),
  ]),
  "one name of two types": collected([gauge([[1, {}]], { name: "a" }), sum([[2, {}]], true, { name: "a_total" })]),
  "one name that is a counter and a gauge": collected([
    gauge([[1, {}]], { name: "a_total" }),
    sum([[2, {}]], true, { name: "a" }),
    gauge([[3, {}]], { name: "c" }),
  ]),
};

const letters = ["a", "B", "9", "_", ".", "-", " ", '"', "\\", "\n", "ğ", "🦉", "/"];
const numbers = [0, -0, 1, -1, 0.1, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Metrics of all kinds with names, labels and values from a small stock, so that all meet all. */
function madeUp(random: Random): ResourceMetrics {
  const pick = <T>(items: readonly T[]): T => items[random.between(0, items.length - 1)] as T;
  const many = <T>(most: number, make: () => T) => Array.from({ length: random.between(0, most) }, make);
  const text = () => many(4, () => pick(letters)).join("");
  const attributes = () => {
    const made: Attributes = Object.fromEntries(
      many(3, () => [text(), pick([text(), pick(numbers), true, [text(), text()], undefined])]),
    );
    return random.next() < 0.5 ? Object.freeze(made) : made;
  };
  const naming = () => ({ name: pick(["a", "a_total", "b", `n${text()}`, text()]), unit: text(), description: text() });
  const values = () => many(3, () => [pick(numbers), attributes()] as const);
  const distribution = () => {
    const bounds = [...many(3, () => random.next()), ...(random.next() < 0.3 ? [Number.POSITIVE_INFINITY] : [])].sort(
      (a, b) => a - b,
    );
    return buckets(bounds, [...bounds.map(() => random.between(0, 9)), random.between(0, 9)]);
  };
  const metric = (): MetricData =>
    pick([
      () => gauge(values(), naming()),
      () => sum(values(), random.next() < 0.5, naming()),
      () =>
        histogram(
          many(3, () => [distribution(), attributes()] as const),
          naming(),
        ),
    ])();
  return collected(many(4, metric), attributes());
}

describe("the exposition is byte by byte that of OpenTelemetry's serializer", () => {
  for (const [what, all] of Object.entries(rows)) {
    test(`for ${what}`, () => {
      expect(renderExposition(all)).toBe(renderStock(all));
      // Once more from what is remembered.
      expect(renderExposition(all)).toBe(renderStock(all));
    });
  }

  test("for anything, made up at random", () => {
    const random = createRandom(20_261_124);
    for (let n = 0; n < 300; n += 1) {
      const all = madeUp(random);
      expect(renderExposition(all)).toBe(renderStock(all));
    }
  });

  test("for what the SDK collects, scrape after scrape", async () => {
    const reader = new (class extends MetricReader {
      protected override async onShutdown() {}
      protected override async onForceFlush() {}
    })();
    const provider = new MeterProvider({
      readers: [reader],
      resource: resourceFromAttributes({ "service.name": "s" }),
    });
    const meter = provider.getMeter("a scope");
    const duration = meter.createHistogram("http.server.request.duration", { unit: "s" });
    const requests = meter.createCounter("requests");
    for (let n = 0; n < 3; n += 1) {
      duration.record(n, { "http.route": `/${n}` });
      requests.add(1, { route: "/" });
      const { resourceMetrics } = await reader.collect();
      const text = renderExposition(resourceMetrics);
      expect(text).toBe(renderStock(resourceMetrics));
      expect(text).toContain(`requests_total{route="/"} ${n + 1}\n`);
    }
    await provider.shutdown();
  });
});

test("labels that are changed between two scrapes are written as they are then", () => {
  const labels: Attributes = { state: "before" };
  const all = collected([gauge([[1, labels]])]);
  expect(renderExposition(all)).toContain('state="before"');
  labels.state = "after";
  expect(renderExposition(all)).toContain('state="after"');
});

test("a name that two types claim is told, once", () => {
  const warnings: string[] = [];
  const [ignore, warn] = [() => {}, (text: string) => void warnings.push(text)];
  diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
  const all = collected([gauge([[1, {}]], { name: "claimed_total" }), sum([[2, {}]], true, { name: "claimed" })]);
  renderExposition(all);
  renderExposition(all);
  diag.disable();
  expect(warnings).toEqual([expect.stringContaining("claimed_total")]);
});
