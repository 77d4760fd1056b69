import { type MetricRow, metrics } from "./metrics.ts";
import { stackMetrics } from "./stack-metrics.ts";

/** Everything that a rule or a panel may ask Prometheus for: our own metrics, and those of the stack's programs. */
export const signals = { ...metrics, ...stackMetrics } as const;

type Rows = typeof signals;
export type SignalName = keyof Rows;

/** The names of the signals of one kind. */
export type SignalOf<K extends MetricRow["kind"]> = {
  [M in SignalName]: Rows[M]["kind"] extends K ? M : never;
}[SignalName];

type LabelsOfRow<M extends SignalName> = Rows[M]["labels"];

/** A signal's own labels, and those that Prometheus adds when it scrapes. */
export type SignalLabel<M extends SignalName> = (keyof LabelsOfRow<M> & string) | "job" | "instance";

type LabelValue<L> = L extends readonly (infer V extends string)[] ? V : string;
type Matcher<V> = V | readonly V[] | { readonly not: readonly V[] } | { readonly matches: string };

/** Which of a signal's series: one value, one of several, none of several, or a regular expression (RE2, anchored). */
export type Where<M extends SignalName> = {
  readonly [K in keyof LabelsOfRow<M>]?: Matcher<LabelValue<LabelsOfRow<M>[K]>>;
} & { readonly job?: Matcher<string>; readonly instance?: Matcher<string> };

/** A metric whose two values have names, such as down and up. */
export type StateSignal = {
  [M in SignalName]: Rows[M] extends { readonly states: readonly [string, string] } ? M : never;
}[SignalName];
