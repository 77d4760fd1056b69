import { type Alert, alerts } from "../app/catalogue/alerts.ts";
import { evaluationSeconds } from "../app/catalogue/scrape.ts";
import { type Links, renderAlertRules } from "./alert-rules.ts";
import { causes } from "./causes.ts";
import { measure } from "./expression.ts";
import type { AlertingRule } from "./rule-group.ts";
import { planAftermath } from "./rule-test-aftermath.ts";
import { repeat } from "./rule-test-course.ts";
import { expectAlert } from "./rule-test-expected.ts";
import { type ExpectedAlert, type RuleTest, renderTestFile } from "./rule-test-file.ts";
import { alertLabels, renderBeside, renderCourse, type SignalCondition, toldValue } from "./rule-test-specimens.ts";
import { renderValue, sayValue } from "./wording.ts";

/** A condition of an alert and the rule made of it; `heldSteps` after it became true the alert fires. */
interface Subject {
  readonly alert: Alert;
  readonly condition: SignalCondition;
  readonly rule: AlertingRule;
  readonly heldSteps: number;
  readonly windowSteps: number;
}

/** The conditions of an alert's causes, and of theirs. */
function explaining({ name }: Alert) {
  return alerts.filter((alert) => causes.get(name)?.has(alert.name)).flatMap(({ conditions }) => conditions);
}

function expected({ condition, rule }: Subject, stepsBeyond: number) {
  const said = sayValue(condition, toldValue(condition, stepsBeyond));
  return [expectAlert(rule, { template: renderValue(condition), said }, alertLabels(condition))];
}

/** Just beyond the threshold from the second sample on, until the alert has fired; then for long just not beyond. */
function renderBoundary(subject: Subject): RuleTest {
  const { alert, condition, heldSteps, windowSteps } = subject;
  const firesAt = 1 + heldSteps;
  const mendedAt = firesAt + 2;
  const forgottenAt = mendedAt + windowSteps;
  const end = forgottenAt + heldSteps + 1;
  const course = [false, ...repeat(mendedAt - 1, true), ...repeat(end - mendedAt + 1, false)];
  const silent = (step: number) => ({ step, alert: alert.name, firing: [] });
  return {
    name: `${alert.name}: just beyond its threshold, then mended and just not beyond`,
    series: [
      ...renderCourse(condition, course, evaluationSeconds),
      ...renderBeside(condition, explaining(alert), course.length, evaluationSeconds),
    ],
    checks: [
      silent(firesAt - 1),
      { step: firesAt, alert: alert.name, firing: expected(subject, heldSteps + 1) },
      silent(forgottenAt),
      silent(end),
    ],
  };
}

/** An alert must not tell of what a cause did, nor of what is left of it when the cause's own alert is gone. */
function renderAftermath(subject: Subject): readonly RuleTest[] {
  const { alert, condition, heldSteps, windowSteps } = subject;
  const follow = (steps: number) => renderCourse(condition, [false, ...repeat(steps - 1, true)], evaluationSeconds);
  const windowSeconds = windowSteps * evaluationSeconds;
  const aftermath = planAftermath({ alert, windowSeconds, stepSeconds: evaluationSeconds, series: follow(1) });
  if (aftermath === undefined) return [];
  const firesAt = aftermath.overAt + heldSteps;
  return [
    {
      name: `${alert.name}: silent while ${aftermath.cause} fires, and in its aftermath`,
      series: [...follow(firesAt + 1), ...aftermath.series(firesAt + 1)],
      checks: [
        { step: 1 + heldSteps, alert: alert.name, firing: [] },
        { step: firesAt - 2, alert: alert.name, firing: [] },
        { step: firesAt, alert: alert.name, firing: expected(subject, firesAt) },
      ],
    },
  ];
}

/** What fires of an alert without any signal. */
export function expectAlways(alert: Alert, links: Links): readonly ExpectedAlert[] {
  return renderAlertRules(alert, links).flatMap((rule, i) => {
    const condition = alert.conditions[i];
    if (condition === undefined || !("always" in condition)) return [];
    return [expectAlert(rule, { template: renderValue(condition), said: sayValue(condition, 1) }, {})];
  });
}

function renderAlways(alert: Alert, links: Links): RuleTest {
  return {
    name: `${alert.name}: fires from the start, and goes on`,
    series: [],
    checks: [0, 100].map((step) => ({ step, alert: alert.name, firing: expectAlways(alert, links) })),
  };
}

/** The tests of an alert that is declared by its conditions. */
export function renderConditionTests(alert: Alert, links: Links): string {
  const rules = renderAlertRules(alert, links);
  const tests = alert.conditions.flatMap((condition, i) => {
    if ("always" in condition) return [renderAlways(alert, links)];
    const rule = rules[i];
    if (rule === undefined) throw new Error(`${alert.name} has no rule for its condition ${i + 1}`);
    const steps = (seconds: number) => Math.ceil(seconds / evaluationSeconds);
    const heldSteps = steps(alert.forSeconds);
    const subject = { alert, condition, rule, heldSteps, windowSteps: steps(measure(condition).windowSeconds) };
    return [renderBoundary(subject), ...renderAftermath(subject)];
  });
  return renderTestFile(evaluationSeconds, tests);
}
