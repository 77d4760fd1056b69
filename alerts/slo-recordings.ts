import type { HistogramName } from "../app/catalogue/metrics.ts";
import { evaluationSeconds, longestScrapeIntervalSeconds } from "../app/catalogue/scrape.ts";
import {
  burnRates,
  type EventIndicator,
  type Indicator,
  type LatencyIndicator,
  sloNames,
  sloPeriodDays,
  slos,
} from "../app/catalogue/slos.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { RuleGroup } from "./rule-group.ts";

/** The period that the whole budget is for. */
export const sloPeriodSeconds = sloPeriodDays * 86_400;

/** Every window that a burn rate is wanted of, in seconds, ascending. */
export const burnWindows = [
  ...new Set([...burnRates.flatMap(({ longSeconds, shortSeconds }) => [longSeconds, shortSeconds]), sloPeriodSeconds]),
].sort((a, b) => a - b);

function lateShare<M extends HistogramName>(indicator: LatencyIndicator<M>, windowSeconds: number): promql.Promql {
  const { metric, slowerThan, where } = indicator;
  return promql.shareAbove(metric, slowerThan, windowSeconds, { where });
}

function badShare<M extends EventIndicator["metric"]>(
  { metric, where, bad }: EventIndicator<M>,
  windowSeconds: number,
): promql.Promql {
  const all = promql.rate(metric, windowSeconds, { where });
  const wrong = promql.rate(metric, windowSeconds, { where: { ...where, ...bad } });
  return promql.divide(promql.orZero(wrong, all), promql.positive(all));
}

/** The share of bad events within a window, 0 to 1; nothing when there was no event. */
function measureIndicator(indicator: Indicator, windowSeconds: number): promql.Promql {
  return "slowerThan" in indicator
    ? lateShare<LatencyIndicator["metric"]>(indicator, windowSeconds)
    : badShare<EventIndicator["metric"]>(indicator, windowSeconds);
}

/**
 * The burn rate of every objective, a group for each window. Long windows move slowly and cost more, so they are computed
 * less often; never so seldom that Prometheus would forget the value in between.
 */
export const burnRecordings: readonly RuleGroup[] = burnWindows.map((windowSeconds) => ({
  name: `gozcu-burn-rate-${renderDuration(windowSeconds)}`,
  intervalSeconds: Math.min(Math.max(windowSeconds / 240, evaluationSeconds), longestScrapeIntervalSeconds),
  rules: sloNames.map((slo) => {
    const { indicator, errorBudget } = slos[slo];
    return {
      record: promql.burnRateName(windowSeconds),
      expr: promql.burn(measureIndicator(indicator, windowSeconds), errorBudget),
      labels: { slo },
    };
  }),
}));
