import type { BucketOf, HistogramName, MetricOf } from "../catalogue/metrics.ts";
import { metrics, promName } from "../catalogue/metrics.ts";
import { type SignalLabel, type SignalName, type SignalOf, signals, type Where } from "../catalogue/signals.ts";
import type { SloName } from "../catalogue/slos.ts";
import { renderDuration } from "./duration.ts";
import { labelName, quote, select } from "./promql-selector.ts";

/** A PromQL expression, and the catalogue's names of the signals that it reads. */
export interface Promql {
  readonly text: string;
  readonly reads: readonly SignalName[];
}

/** Which series are meant, and the labels by which the result stays apart. */
export interface Selection<M extends SignalName> {
  readonly where?: Where<M> | undefined;
  readonly by?: readonly SignalLabel<M>[] | undefined;
}

/** What goes up and down, and is read as it is. */
type LevelName = SignalOf<"gauge" | "updown">;
/** What only goes up, and is asked for its rate. */
type CounterName = SignalOf<"counter">;
/** What counts something; a histogram its observations. */
type CountingName = CounterName | SignalOf<"histogram">;

/** The name that a signal has in Prometheus. */
export function signalName(name: SignalName): string {
  return Object.hasOwn(metrics, name) ? promName(name as keyof typeof metrics) : name;
}

function aggregate(operator: "max" | "sum", labels: readonly string[] = []): string {
  return labels.length === 0 ? operator : `${operator} by (${labels.map(labelName).join(", ")}) `;
}

/** A metric's series as they are, each for itself: what a panel of targets or replicas shows. */
export function series<M extends LevelName>(metric: M, where?: Where<M>): Promql {
  return { text: select(signalName(metric), where), reads: [metric] };
}

/** The value now. Replicas export the same numbers, so that it is their `max` and never their sum. */
export function level<M extends LevelName>(metric: M, { where, by }: Selection<M> = {}): Promql {
  return { text: `${aggregate("max", by)}(${select(signalName(metric), where)})`, reads: [metric] };
}

/**
 * What the value came to within a window before: its mean, or its highest or lowest. Windows follow the steps of a chart,
 * which no `timeScale` changes.
 */
export function levelOver<M extends LevelName>(
  which: "mean" | "highest" | "lowest",
  metric: M,
  windowSeconds: number,
): Promql {
  const over = { mean: "avg", highest: "max", lowest: "min" }[which];
  const replicas = which === "lowest" ? "min" : "max";
  const window = renderDuration(windowSeconds, 1);
  return { text: `${replicas}(${over}_over_time(${select(signalName(metric))}[${window}]))`, reads: [metric] };
}

/** The value of all processes together, for what each counts for itself. */
export function total<M extends LevelName>(metric: M, { where, by }: Selection<M> = {}): Promql {
  return { text: `${aggregate("sum", by)}(${select(signalName(metric), where)})`, reads: [metric] };
}

/**
 * What a counter has come to since the first start, where it survives restarts: those of the whole service, of which
 * replicas export the same numbers.
 */
export function tally<M extends CounterName & MetricOf<{ endpoint: "dashboard" }>>(
  metric: M,
  { where, by }: Selection<M> = {},
): Promql {
  return { text: `${aggregate("max", by)}(${select(signalName(metric), where)})`, reads: [metric] };
}

/** Seconds since a moment that a metric holds as a Unix time. */
export function age<M extends SignalOf<"gauge"> & `${string}_timestamp_seconds`>(
  metric: M,
  selection: Selection<M> = {},
): Promql {
  return { text: `time() - ${level(metric, selection).text}`, reads: [metric] };
}

function ranged(kind: "rate" | "increase", series: string, where: object | undefined, windowSeconds: number): string {
  return `${kind}(${select(series, where)}[${renderDuration(windowSeconds)}])`;
}

/**
 * How the processes' counters are taken together: those of the whole service are the same in every replica, as for
 * {@link level}; what a process counts for itself is added up.
 */
function together(metric: CountingName): "max" | "sum" {
  const row = signals[metric];
  return "endpoint" in row && row.endpoint === "dashboard" ? "max" : "sum";
}

/** How often a second, over a window, all processes together. A histogram counts its observations. */
export function rate<M extends CountingName>(
  metric: M,
  windowSeconds: number,
  { where, by }: Selection<M> = {},
): Promql {
  const counted = signalName(metric) + (signals[metric].kind === "histogram" ? "_count" : "");
  return {
    text: `${aggregate(together(metric), by)}(${ranged("rate", counted, where, windowSeconds)})`,
    reads: [metric],
  };
}

/** How much a counter went up within a window. */
export function increase<M extends CounterName>(
  metric: M,
  windowSeconds: number,
  { where, by }: Selection<M> = {},
): Promql {
  return {
    text: `${aggregate(together(metric), by)}(${ranged("increase", signalName(metric), where, windowSeconds)})`,
    reads: [metric],
  };
}

type Part = "_count" | "_sum" | "_bucket";

function partRate<M extends HistogramName>(
  part: Part,
  metric: M,
  windowSeconds: number,
  where: object | undefined,
  by: readonly string[] = [],
): string {
  return `${aggregate("sum", by)}(${ranged("rate", signalName(metric) + part, where, windowSeconds)})`;
}

/** The mean of the observations within a window, in the metric's unit. */
export function mean<M extends HistogramName>(
  metric: M,
  windowSeconds: number,
  { where, by }: Selection<M> = {},
): Promql {
  const [sum, count] = (["_sum", "_count"] as const).map((part) => partRate(part, metric, windowSeconds, where, by));
  return { text: `${sum} / ${count}`, reads: [metric] };
}

/** The mean of all observations since the processes began, in the metric's unit: for what happens seldom. */
export function meanEver<M extends HistogramName>(metric: M, { where, by = [] }: Selection<M> = {}): Promql {
  const [sum, count] = (["_sum", "_count"] as const).map(
    (part) => `${aggregate("sum", by)}(${select(signalName(metric) + part, where)})`,
  );
  return { text: `${sum} / ${count}`, reads: [metric] };
}

/** A quantile of the observations within a window, in the metric's unit. */
export function quantile<M extends HistogramName>(
  q: number,
  metric: M,
  windowSeconds: number,
  { where, by = [] }: Selection<M> = {},
): Promql {
  const buckets = partRate("_bucket", metric, windowSeconds, where, ["le", ...by]);
  return { text: `histogram_quantile(${q}, ${buckets})`, reads: [metric] };
}

/** The share of observations beyond a bucket's upper bound, 0 to 1. */
export function shareAbove<M extends HistogramName>(
  metric: M,
  bound: BucketOf<M>,
  windowSeconds: number,
  { where }: Pick<Selection<M>, "where"> = {},
): Promql {
  // Prometheus 3 writes the bounds of buckets as floats: 1 is "1.0" there, and "1" before.
  const le = Number.isInteger(bound) ? { matches: `${bound}(\\.0)?` } : String(bound);
  const within = partRate("_bucket", metric, windowSeconds, { ...where, le });
  const all = positive({ text: partRate("_count", metric, windowSeconds, where), reads: [metric] });
  return { ...all, text: `1 - ${within} / ${all.text}` };
}

function joined(left: Promql, operator: string, right: Promql): Promql {
  return { text: `${left.text} ${operator} ${right.text}`, reads: [...new Set([...left.reads, ...right.reads])] };
}

const grouped = (of: Promql): Promql => ({ ...of, text: `(${of.text})` });

export function divide(left: Promql, right: Promql): Promql {
  return joined(left, "/", right);
}

export function times(of: Promql, factor: number): Promql {
  return { ...of, text: `${of.text} * ${factor}` };
}

/** 0 where there is nothing yet: a series of errors begins with the first error. `like` tells of which labels. */
export function orZero(of: Promql, like: Promql): Promql {
  return grouped(joined(of, "or", times(like, 0)));
}

/** What is left of 1: the rest of a share. */
export function rest(of: Promql): Promql {
  return { ...of, text: `1 - ${of.text}` };
}

/** Keeps the series whose value compares so. */
export function compare(of: Promql, operator: ">" | "<" | "==", value: number): Promql {
  return { ...of, text: `${of.text} ${operator} ${value}` };
}

/** Nothing where it is 0: a share of nothing is none. */
export function positive(of: Promql): Promql {
  return grouped(compare(of, ">", 0));
}

/** Keeps the series of `left` that `right` has too. */
export function both(left: Promql, right: Promql): Promql {
  return joined(left, "and", right);
}

/**
 * Nothing while any of the causes fires, nor until the window no longer reaches back to when one did; unless the alert
 * `self` fires already, which then goes on.
 */
export function unlessAlerting(
  of: Promql,
  {
    causes,
    self,
    windowSeconds,
  }: { readonly causes: readonly string[]; readonly self: string; readonly windowSeconds: number },
): Promql {
  if (causes.length === 0) return of;
  const firing = (alertname: string | readonly string[]) => {
    const where: Where<"ALERTS"> = { alertname, alertstate: "firing" };
    return select("ALERTS", where);
  };
  const explained = `max_over_time(${firing(causes)}[${renderDuration(windowSeconds)}]) unless on () ${firing(self)}`;
  return joined(of, "unless on ()", { text: `(${explained})`, reads: ["ALERTS"] });
}

/** 1, always. */
export const always: Promql = { text: "vector(1)", reads: [] };

/** Numbers that are known beforehand, told apart by a label: what a table shows beside what is measured. */
export function constants(label: string, values: readonly (readonly [name: string, value: number])[]): Promql {
  const named = values.map(
    ([name, value]) => `label_replace(vector(${value}), ${quote(label)}, ${quote(name)}, "", "")`,
  );
  return { text: named.join(" or "), reads: [] };
}

/** What the recording rules call the burn rate of an objective over a window. */
export function burnRateName(windowSeconds: number): string {
  return `slo:burn_rate:rate${renderDuration(windowSeconds)}`;
}

/** How many times faster than allowed the error budget went within a window: 1 just uses it up in the period. */
export function burnRate(windowSeconds: number, slo?: SloName | { readonly matches: string }): Promql {
  return { text: select(burnRateName(windowSeconds), slo === undefined ? {} : { slo }), reads: [] };
}

/** {@link burnRate} as the recording rule computes it, from the share of bad events. */
export function burn(badShare: Promql, errorBudget: number): Promql {
  return { ...badShare, text: `${grouped(badShare).text} / ${errorBudget}` };
}
