import { signals } from "../app/catalogue/signals.ts";
import {
  type EventIndicator,
  type Indicator,
  type LatencyIndicator,
  type SloName,
  slos,
} from "../app/catalogue/slos.ts";
import { signalName } from "../app/telemetry/promql.ts";
import { addUp } from "./rule-test-course.ts";
import type { InputSeries } from "./rule-test-file.ts";
import { type Labels, labelsBeside, labelsOf, type Matchers, renderSeriesName } from "./rule-test-labels.ts";

/** Many, so that a share of them is exact. */
export const eventsPerStep = 1_000_000;

/** How many events of each step are bad where the budget burns so fast. */
export function badEvents(slo: SloName, burn: readonly number[]): readonly number[] {
  return burn.map((pace) => Math.round(pace * slos[slo].errorBudget * eventsPerStep));
}

const asMatchers = (where: Matchers = {}): Matchers => where;

function eventCounter(metric: EventIndicator["metric"], labels: Labels, increments: readonly number[]): InputSeries {
  const end = signals[metric].kind === "histogram" ? "_count" : "";
  return { series: renderSeriesName(signalName(metric) + end, labels), values: addUp(increments) };
}

function renderBadAndGood(indicator: EventIndicator, bad: readonly number[]): readonly InputSeries[] {
  const { metric } = indicator;
  const [where, isBad] = [asMatchers(indicator.where), asMatchers(indicator.bad)];
  const good = bad.map((count) => eventsPerStep - count);
  return [
    eventCounter(metric, labelsOf(metric, where, isBad), good),
    eventCounter(metric, labelsOf(metric, { ...where, ...isBad }), bad),
    ...labelsBeside(metric, where, isBad).map((labels) =>
      eventCounter(
        metric,
        labels,
        bad.map(() => eventsPerStep),
      ),
    ),
  ];
}

function renderLateAndSoon(indicator: LatencyIndicator, late: readonly number[]): readonly InputSeries[] {
  const { metric, slowerThan } = indicator;
  const where = asMatchers(indicator.where);
  const histogram = (labels: Labels, above: readonly number[]): readonly InputSeries[] => [
    {
      series: renderSeriesName(`${signalName(metric)}_bucket`, { ...labels, le: String(slowerThan) }),
      values: addUp(above.map((count) => eventsPerStep - count)),
    },
    eventCounter(
      metric,
      labels,
      above.map(() => eventsPerStep),
    ),
  ];
  return [
    ...histogram(labelsOf(metric, where), late),
    ...labelsBeside(metric, where).flatMap((labels) =>
      histogram(
        labels,
        late.map(() => eventsPerStep),
      ),
    ),
  ];
}

/** The series that an objective is measured by, while its budget burns so fast at each step; beside them what is not meant. */
export function renderEvents(slo: SloName, burn: readonly number[]): readonly InputSeries[] {
  const indicator: Indicator = slos[slo].indicator;
  const bad = badEvents(slo, burn);
  return "slowerThan" in indicator ? renderLateAndSoon(indicator, bad) : renderBadAndGood(indicator, bad);
}
