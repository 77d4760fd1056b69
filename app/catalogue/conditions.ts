import type { BucketOf, HistogramName } from "./metrics.ts";
import type { SignalLabel, SignalName, SignalOf, StateSignal, Where } from "./signals.ts";

/** Which series of a metric, and the labels by which they stay apart; all others are taken together. */
interface Selection<M extends SignalName> {
  readonly metric: M;
  readonly where?: Where<M>;
  readonly by?: readonly SignalLabel<M>[];
}

type ValueSignal = Exclude<SignalOf<"gauge" | "updown">, StateSignal>;
export type AgeSignal = SignalOf<"gauge"> & `${string}_timestamp_seconds`;
type Bound = { readonly above: number; readonly below?: never } | { readonly below: number; readonly above?: never };

/** The value itself, in the metric's unit. */
export type ValueCondition<M extends ValueSignal = ValueSignal> = { [N in M]: Selection<N> & Bound }[M];

/** One of the two states of a metric that has them, by its value. */
export type StateCondition<M extends StateSignal = StateSignal> = {
  [N in M]: Selection<N> & { readonly is: 0 | 1 };
}[M];

/** A quantile over the rate window: exact only at a bucket boundary. */
export type QuantileCondition<M extends HistogramName = HistogramName> = {
  [N in M]: Selection<N> & { readonly quantile: number; readonly above: BucketOf<N> };
}[M];

/** The mean over the rate window. */
export type MeanCondition<M extends HistogramName = HistogramName> = {
  [N in M]: Selection<N> & { readonly mean: true; readonly above: number };
}[M];

/** How long ago, in seconds: the metric is a Unix time. */
export type AgeCondition<M extends AgeSignal = AgeSignal> = {
  [N in M]: Selection<N> & { readonly age: true; readonly above: number };
}[M];

/** A counter has gone up within `overSeconds`, the rate window unless told: by how much, Prometheus only estimates. */
export type IncreaseCondition<M extends SignalOf<"counter"> = SignalOf<"counter">> = {
  [N in M]: Selection<N> & { readonly increase: true; readonly above: 0; readonly overSeconds?: number };
}[M];

/** Fires always: its absence is the alarm. */
export interface AlwaysCondition {
  readonly always: true;
}

/** When an alert fires. */
export type Condition =
  | ValueCondition
  | StateCondition
  | QuantileCondition
  | MeanCondition
  | AgeCondition
  | IncreaseCondition
  | AlwaysCondition;
