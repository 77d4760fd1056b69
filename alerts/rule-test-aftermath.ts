import { type Alert, aftermathSeconds, alertsNamed } from "../app/catalogue/alerts.ts";
import { measure } from "./expression.ts";
import { repeat } from "./rule-test-course.ts";
import type { InputSeries } from "./rule-test-file.ts";
import { renderCourse } from "./rule-test-specimens.ts";

/** For how long an alert that looks so far back is silent after a cause of it. */
export function silenceSeconds(windowSeconds: number): number {
  return windowSeconds + aftermathSeconds;
}

/** A cause that comes with its symptom, fires and is mended, while the symptom stays. */
interface Aftermath {
  readonly cause: string;
  series(steps: number): readonly InputSeries[];
  /** The first and the last step at which the cause fires. */
  readonly fired: { readonly from: number; readonly to: number };
  /** The first step at which no rule still sees that the cause fired; one earlier some Prometheus may no longer. */
  readonly overAt: number;
}

interface AftermathOptions {
  readonly alert: Alert;
  /** How far back the alert looks. */
  readonly windowSeconds: number;
  /** From a sample to the next. */
  readonly stepSeconds: number;
  /** The alert's own series. */
  readonly series: readonly InputSeries[];
}

/** The aftermath of an alert's cause: of the first that shows at once, and in other series than the alert's own. */
export function planAftermath({ alert, windowSeconds, stepSeconds, series }: AftermathOptions): Aftermath | undefined {
  const taken = new Set(series.map((row) => row.series));
  for (const { name, conditions, forSeconds } of alert.symptomOf.flatMap(alertsNamed)) {
    const [condition] = conditions;
    if (condition === undefined || "always" in condition || measure(condition).windowSeconds > 0) continue;
    if (renderCourse(condition, [true], stepSeconds).some((row) => taken.has(row.series))) continue;
    const from = Math.ceil(forSeconds / stepSeconds);
    const to = from + Math.ceil(alert.forSeconds / stepSeconds);
    return {
      cause: name,
      series: (steps) =>
        renderCourse(condition, [...repeat(to + 1, true), ...repeat(steps - to - 1, false)], stepSeconds),
      fired: { from, to },
      overAt: to + 1 + Math.floor(silenceSeconds(windowSeconds) / stepSeconds),
    };
  }
  return undefined;
}
