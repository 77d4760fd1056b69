import { type Alert, alertsNamed } from "../app/catalogue/alerts.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { burnRates } from "../app/catalogue/slos.ts";
import { type Links, renderAlertRules } from "./alert-rules.ts";
import { planAftermath } from "./rule-test-aftermath.ts";
import { type BurnHistory, type BurnRate, burnStepSeconds, modelBurn } from "./rule-test-burn.ts";
import { repeat } from "./rule-test-course.ts";
import { renderEvents } from "./rule-test-events.ts";
import { expectAlert } from "./rule-test-expected.ts";
import { type ExpectedAlert, type RuleTest, renderTestFile } from "./rule-test-file.ts";
import { burnWording } from "./wording.ts";

type Burn = NonNullable<Alert["burn"]>;

/**
 * How fast the budget burns just not fast enough, and then until the alert fires; times the factor. No round numbers, whose
 * means would lie on a threshold, or in the middle between two of the values that are told.
 */
const [notEnough, tooFast] = [0.9913, 1.2371];

/** A healthy past so long that the fault does not bring a longer window, too, to its own factor. */
function pastSeconds(rate: BurnRate): number {
  const longer = burnRates.filter(({ longSeconds }) => longSeconds > rate.longSeconds);
  return Math.max(0, ...longer.map(({ factor }) => (1.5 * rate.factor * rate.longSeconds) / factor));
}

/** What fires of the alert at each step, as the model of the windows says. */
function modelAlerts({ name }: Alert, history: BurnHistory, links: Links): readonly (readonly ExpectedAlert[])[] {
  const declared = alertsNamed(name);
  return modelBurn(history).map((firing) =>
    firing.flatMap(({ rate, value }) => {
      const alert = declared.find(({ burn }) => burn?.rate === rate);
      if (alert === undefined) throw new Error(`${name} has no alert for the burn rate ${rate.factor}`);
      const said = { template: burnWording.template, said: burnWording.say(value) };
      return renderAlertRules(alert, links).map((rule) => expectAlert(rule, said, { slo: history.slo }));
    }),
  );
}

function checkAt({ name }: Alert, model: readonly (readonly ExpectedAlert[])[], steps: readonly number[]) {
  return steps.map((step) => ({ step, alert: name, firing: model[step] ?? [] }));
}

/** The step from which on exactly this alert fires. */
function firstFiring({ name, burn }: Alert, model: readonly (readonly ExpectedAlert[])[]): number {
  const step = model.findIndex((firing) => firing.length > 0);
  if (step > 0 && model[step]?.length === 1) return step;
  throw new Error(`the test of ${name} at ${burn?.rate.factor} times the pace must make that rule fire, and no other`);
}

/** The whole long window just not too fast; then too fast until the alert fires; then mended. */
function renderBoundary(alert: Alert, { slo, rate }: Burn, stepSeconds: number, links: Links): RuleTest {
  const steps = (seconds: number) => Math.ceil(seconds / stepSeconds);
  const past = repeat(1 + steps(pastSeconds(rate)), 0);
  const below = repeat(steps(rate.longSeconds + rate.forSeconds), rate.factor * notEnough);
  const above = repeat(steps(rate.longSeconds / 10 + rate.forSeconds), rate.factor * tooFast);
  const mended = repeat(steps(rate.shortSeconds), 0);
  const burn = [...past, ...below, ...above, ...mended];
  const model = modelAlerts(alert, { slo, burn, stepSeconds }, links);
  const firesAt = firstFiring(alert, model);
  return {
    name: `${alert.name}: the budget burns just not too fast, then too fast, then no longer`,
    series: renderEvents(slo, burn),
    checks: checkAt(alert, model, [past.length + below.length - 1, firesAt - 1, firesAt, burn.length - 1]),
  };
}

function renderAftermath(alert: Alert, { slo, rate }: Burn, stepSeconds: number, links: Links): readonly RuleTest[] {
  const aftermath = planAftermath({
    alert,
    windowSeconds: Math.min(rate.shortSeconds, rateWindowSeconds),
    stepSeconds,
    series: renderEvents(slo, [0]),
  });
  if (aftermath === undefined) return [];
  const burn = repeat(aftermath.overAt + Math.ceil(rate.forSeconds / stepSeconds) + 1, rate.factor * tooFast);
  const model = modelAlerts(alert, { slo, burn, stepSeconds, causeFired: aftermath.fired }, links);
  const firesAt = firstFiring(alert, model);
  return [
    {
      name: `${alert.name}: silent while ${aftermath.cause} fires, and in its aftermath`,
      series: [...renderEvents(slo, burn), ...aftermath.series(burn.length)],
      checks: checkAt(alert, model, [aftermath.fired.to, firesAt - 1, firesAt]),
    },
  ];
}

/** The tests of an alert that an SLO makes, for one of its burn rates. */
export function renderBurnTests(alert: Alert, burn: Burn, links: Links): string {
  const stepSeconds = burnStepSeconds(burn.rate);
  return renderTestFile(stepSeconds, [
    renderBoundary(alert, burn, stepSeconds, links),
    ...renderAftermath(alert, burn, stepSeconds, links),
  ]);
}
