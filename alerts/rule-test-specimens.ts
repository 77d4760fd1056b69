import type {
  AgeCondition,
  Condition,
  IncreaseCondition,
  MeanCondition,
  QuantileCondition,
  StateCondition,
  ValueCondition,
} from "../app/catalogue/conditions.ts";
import { metrics } from "../app/catalogue/metrics.ts";
import { evaluationSeconds, rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { timeScale } from "../app/catalogue/time-scale.ts";
import { signalName } from "../app/telemetry/promql.ts";
import { addUp, type Course, repeat } from "./rule-test-course.ts";
import type { InputSeries } from "./rule-test-file.ts";
import {
  type Labels,
  labelName,
  labelsBeside,
  labelsOf,
  type Matchers,
  meets,
  renderSeriesName,
} from "./rule-test-labels.ts";

/** Every condition but the one that needs no signal. */
export type SignalCondition = Exclude<Condition, { readonly always: true }>;

/** What a condition's series hold on a course, and what the alert tells of them. */
interface Specimen {
  /** A row of samples for each series of one labelled set, by the end of the name and further labels. */
  run(course: Course, stepSeconds: number): readonly { end: string; labels?: Labels; values: readonly number[] }[];
  /** The value after so many steps beyond. */
  tell(stepsBeyond: number): number;
}

const exactly = (value: number) => Number(value.toPrecision(12));

function level(beyond: number, within: number): Specimen {
  return {
    run: (course) => [{ end: "", values: course.map((isBeyond) => (isBeyond ? beyond : within)) }],
    tell: () => beyond,
  };
}

/** A ratio moves by a thousandth, all else by one. */
function ofValue({ metric, above, below }: ValueCondition): Specimen {
  const step = signals[metric].unit === "1" ? 0.001 : 1;
  return above === undefined ? level(exactly(below - step), below) : level(exactly(above + step), above);
}

function ofState({ is }: StateCondition): Specimen {
  return level(is, 1 - is);
}

/** A source that always has been silent for as long. */
function ofAge({ above }: AgeCondition): Specimen {
  const beyond = above + 1;
  return {
    run: (course, stepSeconds) => [
      {
        end: "",
        values: course.map((isBeyond, i) => exactly(i * stepSeconds * timeScale - (isBeyond ? beyond : above))),
      },
    ],
    tell: () => beyond,
  };
}

const observations = 1_000;

/** One observation of a thousand too many lies above the boundary, or one too few: a tie would be left to rounding. */
function ofQuantile({ metric, quantile, above }: QuantileCondition): Specimen {
  const { buckets } = metrics[metric];
  const next = buckets.find((bound) => bound > above);
  if (next === undefined)
    throw new RangeError(
      `${metric} above ${above} can never fire: Prometheus tells no more than the last bucket's bound`,
    );
  const rank = Math.round(quantile * observations);
  const count = (isBeyond: boolean, bound: number) => {
    if (bound < above) return 0;
    return bound > above ? observations : rank + (isBeyond ? -1 : 1);
  };
  return {
    run: (course) =>
      [...buckets, Number.POSITIVE_INFINITY].map((bound) => ({
        end: "_bucket",
        labels: { le: bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound) },
        values: addUp(course.map((isBeyond) => count(isBeyond, bound))),
      })),
    // Prometheus takes the observations within a bucket for evenly spread.
    tell: () => above + (next - above) / (observations - (rank - 1)),
  };
}

/** One below and one above: a ratio of two rates hardly ever is its threshold to the last digit. */
function ofMean({ above }: MeanCondition): Specimen {
  const count = 10;
  return {
    run: (course) => [
      { end: "_sum", values: addUp(course.map((isBeyond) => count * (above + (isBeyond ? 1 : -1)))) },
      { end: "_count", values: addUp(course.map(() => count)) },
    ],
    tell: () => above + 1,
  };
}

/** Rises by one at each step beyond. From 0, so that no rise is taken for a part of a greater one. */
function ofIncrease({ overSeconds = rateWindowSeconds }: IncreaseCondition): Specimen {
  return {
    run: (course) => [{ end: "", values: addUp(course.map(Number), 0) }],
    tell: (stepsBeyond) => Math.min(stepsBeyond, overSeconds / evaluationSeconds),
  };
}

/** Has a branch for each kind of condition: one more kind does not compile before it has its specimen. */
function specimenOf(condition: SignalCondition): Specimen {
  if ("is" in condition) return ofState(condition);
  if ("age" in condition) return ofAge(condition);
  if ("quantile" in condition) return ofQuantile(condition);
  if ("mean" in condition) return ofMean(condition);
  if ("increase" in condition) return ofIncrease(condition);
  return ofValue(condition);
}

function matchersOf({ where = {} }: SignalCondition): Matchers {
  return where;
}

function renderSet(
  condition: SignalCondition,
  labels: Labels,
  course: Course,
  stepSeconds: number,
): readonly InputSeries[] {
  return specimenOf(condition)
    .run(course, stepSeconds)
    .map(({ end, labels: further, values }) => ({
      series: renderSeriesName(signalName(condition.metric) + end, { ...labels, ...further }),
      values,
    }));
}

/** The series that take a condition along a course: of two replicas where it is our own process that exports them. */
export function renderCourse(condition: SignalCondition, course: Course, stepSeconds: number): readonly InputSeries[] {
  const meant = labelsOf(condition.metric, matchersOf(condition));
  const replicas = Object.hasOwn(metrics, condition.metric)
    ? [meant.instance ?? "", "another-instance"]
    : [meant.instance ?? ""];
  return replicas.flatMap((instance) => renderSet(condition, { ...meant, instance }, course, stepSeconds));
}

/** Series that a condition does not mean, beyond its threshold at every step; none that one of the causes means. */
export function renderBeside(
  condition: SignalCondition,
  causes: readonly Condition[],
  steps: number,
  stepSeconds: number,
): readonly InputSeries[] {
  const { metric } = condition;
  const meantByCause = (labels: Labels) =>
    causes.some((cause) => !("always" in cause) && cause.metric === metric && meets(matchersOf(cause), labels));
  return labelsBeside(metric, matchersOf(condition))
    .filter((labels) => !meantByCause(labels))
    .flatMap((labels) => renderSet(condition, labels, repeat(steps, true), stepSeconds));
}

/** The labels that the alert has of its series. */
export function alertLabels(condition: SignalCondition): Labels {
  const meant = labelsOf(condition.metric, matchersOf(condition));
  return Object.fromEntries((condition.by ?? []).map((label) => [labelName(label), meant[label] ?? ""]));
}

/** The value that the alert tells after so many steps beyond its threshold. */
export function toldValue(condition: SignalCondition, stepsBeyond: number): number {
  return specimenOf(condition).tell(stepsBeyond);
}
