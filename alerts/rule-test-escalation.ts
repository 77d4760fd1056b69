import { type AlertName, aftermathSeconds, alertsNamed } from "../app/catalogue/alerts.ts";
import { evaluationSeconds } from "../app/catalogue/scrape.ts";
import { thresholds } from "../app/catalogue/thresholds.ts";
import { type Links, renderAlertRules } from "./alert-rules.ts";
import { repeat } from "./rule-test-course.ts";
import { expectAlert } from "./rule-test-expected.ts";
import { type ExpectedAlert, type RuleTest, renderTestFile } from "./rule-test-file.ts";
import { renderValue, sayValue } from "./wording.ts";

const [symptom, cause] = ["QueueSizeHigh", "QueueOverflow"] as const satisfies readonly AlertName[];
const limit = thresholds.queueOverflow.above;
/** Steps after which an alert that began with them has been firing for long. */
const long = 12;
const aftermathSteps = Math.ceil(aftermathSeconds / evaluationSeconds);

function expectPending(name: AlertName, pending: number, links: Links): readonly ExpectedAlert[] {
  return alertsNamed(name).flatMap((alert) =>
    renderAlertRules(alert, links).flatMap((rule, i) => {
      const condition = alert.conditions[i];
      if (condition === undefined) return [];
      return [expectAlert(rule, { template: renderValue(condition), said: sayValue(condition, pending) }, {})];
    }),
  );
}

function renderTest(name: string, pending: readonly number[], checks: RuleTest["checks"]): RuleTest {
  return { name, series: [{ series: "dashboard_jobs_pending", values: pending }], checks };
}

/**
 * What grows worse: an alert that has been told goes on beside its cause, for Alertmanager to silence; one that begins
 * with its cause does not begin, nor in the aftermath of that.
 */
export function renderEscalationTests(links: Links): string {
  const silent = (step: number, alert: AlertName) => ({ step, alert, firing: [] });
  const fires = (step: number, alert: AlertName, pending: number) => ({
    step,
    alert,
    firing: expectPending(alert, pending, links),
  });
  const over = 2 * long;
  const grown = [...repeat(long, limit), ...repeat(long, limit + 1), ...repeat(long, limit), ...repeat(long, 0)];
  const jumped = [...repeat(long, limit + 1), ...repeat(long + 2 * aftermathSteps, limit)];
  return renderTestFile(evaluationSeconds, [
    renderTest(`${symptom}, then ${cause}, then mended`, grown, [
      fires(long - 1, symptom, limit),
      silent(long - 1, cause),
      fires(over - 1, symptom, limit + 1),
      fires(over - 1, cause, limit + 1),
      fires(over + long - 1, symptom, limit),
      silent(over + long - 1, cause),
      silent(over + 2 * long - 1, symptom),
    ]),
    renderTest(`${cause} at once, then less`, jumped, [
      silent(long - 1, symptom),
      fires(long - 1, cause, limit + 1),
      silent(long + 1, cause),
      silent(long + aftermathSteps - 1, symptom),
      fires(long + 2 * aftermathSteps, symptom, limit),
    ]),
  ]);
}
