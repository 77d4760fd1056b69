import { parser } from "@prometheus-io/lezer-promql";
import type { MetricRow } from "../app/catalogue/metrics.ts";
import { type SignalName, signals } from "../app/catalogue/signals.ts";
import { signalName } from "../app/telemetry/promql.ts";

const signalNames = Object.keys(signals) as readonly SignalName[];

/** What Prometheus calls the series of a signal: a histogram has three. */
function seriesNames(name: SignalName): readonly string[] {
  const base = signalName(name);
  return signals[name].kind === "histogram" ? [`${base}_bucket`, `${base}_sum`, `${base}_count`] : [base];
}

const signalOfSeries = new Map(signalNames.flatMap((name) => seriesNames(name).map((series) => [series, name])));

/**
 * The names of the series that an expression asks for.
 * @throws SyntaxError for what is no PromQL, and for a selector without a name: nothing could be said of it.
 */
export function readSeriesNames(expr: string): readonly string[] {
  const names = new Set<string>();
  parser.parse(expr).iterate({
    enter({ name, type, node, from }) {
      if (type.isError) throw new SyntaxError(`no PromQL at character ${from + 1} of ${expr}`);
      if (name !== "VectorSelector") return;
      const series = node.getChild("Identifier");
      if (series === null) throw new SyntaxError(`a selector that names no metric at character ${from + 1} of ${expr}`);
      names.add(expr.slice(series.from, series.to));
    },
  });
  return [...names];
}

/** The signal that a series belongs to; undefined when the catalogue has none. */
export function findSignal(series: string): SignalName | undefined {
  return signalOfSeries.get(series);
}

/** The signals that none of the queries asks for. */
export function findUnusedMetrics(
  queries: readonly { readonly reads: readonly SignalName[] }[],
): readonly SignalName[] {
  const used = new Set(queries.flatMap(({ reads }) => reads));
  return signalNames.filter((name) => !used.has(name));
}

/** The signals that are declared to be there for people to look up, and for no query of ours. */
export const referenceMetrics: readonly SignalName[] = signalNames.filter((name) => {
  const row: Omit<MetricRow, "endpoint"> = signals[name];
  return row.reference === true;
});
