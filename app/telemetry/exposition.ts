import type { Attributes } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogramMetricData,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

type PlainMetric = Exclude<MetricData, ExponentialHistogramMetricData>;

/** Writes what is not plain; its options are those that our own output has. */
const stock = new PrometheusSerializer("", false, undefined, false, true);

const targetName = "target_info";

const cleanName = /^(?!.*__)\w*$/;

/** `http.route` becomes `http_route`. */
function renderName(name: string): string {
  return cleanName.test(name) ? name : name.replace(/\W/g, "_").replace(/_{2,}/g, "_");
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

const special = /[\\\n"]/;

function renderLabelValue(value: Attributes[string]): string {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return special.test(text) ? escapeText(text).replaceAll('"', '\\"') : text;
}

/** `a="1",b="2"`; "" without labels. */
function renderPairs(attributes: Attributes): string {
  let pairs = "";
  for (const key of Object.keys(attributes)) {
    pairs += `${pairs === "" ? "" : ","}${renderName(key)}="${renderLabelValue(attributes[key])}"`;
  }
  return pairs;
}

const remembered = new WeakMap<Attributes, string>();

/** As {@link renderPairs}. Remembers frozen attributes, which cannot change: our own instruments hand over the same each time. */
function pairsOf(attributes: Attributes): string {
  if (!Object.isFrozen(attributes)) return renderPairs(attributes);
  const known = remembered.get(attributes);
  if (known !== undefined) return known;
  const pairs = renderPairs(attributes);
  remembered.set(attributes, pairs);
  return pairs;
}

function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : `${value}`;
}

function renderHead(name: string, type: string, help: string, unit: string): string {
  const unitLine = unit === "" ? "" : `# UNIT ${name} ${escapeText(unit)}\n`;
  return `# HELP ${name} ${escapeText(help || "description missing")}\n${unitLine}# TYPE ${name} ${type}\n`;
}

function renderNumbers(name: string, points: readonly DataPoint<number>[]): string {
  let lines = "";
  for (const { attributes, value } of points) {
    const pairs = pairsOf(attributes);
    lines += pairs === "" ? `${name} ${renderValue(value)}\n` : `${name}{${pairs}} ${renderValue(value)}\n`;
  }
  return lines;
}

/** What ends the labels of each bucket. The last bucket has no bound, or the bound that says so. */
function renderBounds(boundaries: readonly number[]): readonly string[] {
  const bounds = boundaries.includes(Number.POSITIVE_INFINITY) ? boundaries : [...boundaries, Number.POSITIVE_INFINITY];
  return bounds.map((bound) => `le="${bound === Number.POSITIVE_INFINITY ? "+Inf" : bound}"} `);
}

function renderHistograms(name: string, points: readonly DataPoint<Histogram>[]): string {
  let lines = "";
  let boundaries: readonly number[] = [];
  let bounds = renderBounds(boundaries);
  for (const { attributes, value } of points) {
    if (value.buckets.boundaries !== boundaries) {
      boundaries = value.buckets.boundaries;
      bounds = renderBounds(boundaries);
    }
    const pairs = pairsOf(attributes);
    const labels = pairs === "" ? "" : `{${pairs}}`;
    lines += `${name}_count${labels} ${renderValue(value.count)}\n`;
    if (value.sum !== undefined) lines += `${name}_sum${labels} ${renderValue(value.sum)}\n`;
    const bucket = pairs === "" ? `${name}_bucket{` : `${name}_bucket{${pairs},`;
    let below = 0;
    for (const [i, bound] of bounds.entries()) {
      below += value.buckets.counts[i] ?? 0;
      lines += `${bucket}${bound}${below}\n`;
    }
  }
  return lines;
}

function renderFamily(name: string, metric: PlainMetric): string {
  const { description, unit } = metric.descriptor;
  if (metric.dataPointType === DataPointType.HISTOGRAM)
    return renderHead(name, "histogram", description, unit) + renderHistograms(name, metric.dataPoints);
  const type = metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? "counter" : "gauge";
  return renderHead(name, type, description, unit) + renderNumbers(name, metric.dataPoints);
}

/**
 * Each metric under the name that Prometheus gives it; undefined when one is not plain: it has no name that needs no
 * more than {@link renderName}, shares it with another, or is of a kind that the text cannot express.
 */
function readFamilies({ scopeMetrics }: ResourceMetrics): ReadonlyMap<string, PlainMetric> | undefined {
  const families = new Map<string, PlainMetric>();
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return undefined;
      const base = renderName(escapeText(metric.descriptor.name));
      const counts = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
      const name = counts && !base.endsWith("_total") ? `${base}_total` : base;
      if (!/^[a-z]/i.test(name) || name === targetName || families.has(name)) return undefined;
      families.set(name, metric);
    }
  }
  return families;
}

/**
 * The metrics as Prometheus text, byte by byte what OpenTelemetry's own `PrometheusSerializer` makes of them with
 * `withoutScopeInfo`. That one renders a point's labels anew for each of its buckets; this one once a point, or once for
 * all when the attributes are frozen. What is rare is left to it: metrics that share a name, names that need mending,
 * exponential histograms.
 */
export function renderExposition(resourceMetrics: ResourceMetrics): string {
  const families = readFamilies(resourceMetrics);
  if (families === undefined) return stock.serialize(resourceMetrics);
  const target = `{${renderPairs(resourceMetrics.resource.attributes)}}`;
  let text = `${renderHead(targetName, "gauge", "Target metadata", "")}${targetName}${target === "{}" ? "" : target} 1\n`;
  for (const [name, metric] of families) text += renderFamily(name, metric);
  return families.size === 0 ? `${text}# no registered metrics` : text;
}
