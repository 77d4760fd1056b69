import { type Alert, aftermathSeconds, alerts } from "../app/catalogue/alerts.ts";
import type { Condition } from "../app/catalogue/conditions.ts";
import type { links } from "../app/catalogue/links.ts";
import { dashboards } from "../app/catalogue/panels.ts";
import { evaluationSeconds, rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { slos } from "../app/catalogue/slos.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import { causes } from "./causes.ts";
import { measure } from "./expression.ts";
import type { AlertingRule, RuleGroup } from "./rule-group.ts";
import { checkThresholdOrder } from "./threshold-order.ts";
import { burnWording, renderValue, saySubject, sayThreshold } from "./wording.ts";

/** Where the links in a message lead to. */
export type Links = Readonly<Record<keyof typeof links, string>>;

/** The address of the panel that shows an alert. */
export function renderPanelLink(panel: Alert["panel"], { grafana }: Pick<Links, "grafana">): string {
  for (const { uid, panels } of Object.values(dashboards)) {
    const index = (panels as readonly string[]).indexOf(panel);
    if (index !== -1) return `${grafana}/d/${uid}?viewPanel=${index + 1}`;
  }
  throw new Error(`no dashboard has the panel ${panel}`);
}

function renderAnnotations(
  alert: Alert,
  about: Readonly<Record<"description" | "value" | "threshold", string>>,
  links: Links,
) {
  return {
    summary: alert.summary,
    ...about,
    runbook_url: `${links.service}/runbooks/${alert.name}`,
    dashboard_url: renderPanelLink(alert.panel, links),
  };
}

const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function describe({ forSeconds }: Alert, is: string, threshold: string): string {
  const held = forSeconds === 0 ? "" : ` for ${renderDuration(forSeconds)}`;
  return `${capitalise(is)}; the alert fires when it is ${threshold}${held}.`;
}

/**
 * Nothing while a cause fires and in its aftermath, nor for as long as the expression looks back into that. An alert that
 * fires already goes on: Alertmanager silences it meanwhile, and an end of its own would be told to nobody.
 */
function unlessExplained(expr: promql.Promql, { name }: Alert, windowSeconds: number): promql.Promql {
  const explaining = [...(causes.get(name) ?? [])];
  return promql.unlessAlerting(expr, {
    causes: explaining,
    self: name,
    windowSeconds: windowSeconds + aftermathSeconds,
  });
}

function renderConditionRule(alert: Alert, condition: Condition, links: Links): AlertingRule {
  const { value, operator, threshold, windowSeconds } = measure(condition);
  const said = { value: renderValue(condition), threshold: sayThreshold(condition) };
  const description =
    "always" in condition
      ? "Fires always: where it no longer arrives, no other alert does."
      : describe(alert, `${saySubject(alert.subject, condition)} is ${said.value}`, said.threshold);
  return {
    alert: alert.name,
    expr: unlessExplained(promql.compare(value, operator, threshold), alert, windowSeconds),
    forSeconds: alert.forSeconds,
    labels: { severity: alert.severity },
    annotations: renderAnnotations(alert, { description, ...said }, links),
  };
}

function renderBurnRule(alert: Alert, { slo, rate }: NonNullable<Alert["burn"]>, links: Links): AlertingRule {
  const { factor, longSeconds, shortSeconds } = rate;
  const over = (windowSeconds: number) => promql.compare(promql.burnRate(windowSeconds, slo), ">", factor);
  const said = { value: burnWording.template, threshold: `more than ${burnWording.say(factor)}` };
  const description = describe(alert, `${alert.subject} (${slos[slo].help}) burns at ${said.value}`, said.threshold);
  // A long look back into a short trouble is what a burn rate is for: only the first minutes count as aftermath.
  const lookBackSeconds = Math.min(shortSeconds, rateWindowSeconds);
  return {
    alert: alert.name,
    expr: unlessExplained(promql.both(over(longSeconds), over(shortSeconds)), alert, lookBackSeconds),
    forSeconds: alert.forSeconds,
    labels: { severity: alert.severity, window: renderDuration(longSeconds) },
    annotations: renderAnnotations(alert, { description, ...said }, links),
  };
}

/** The rules of one declaration. */
export function renderAlertRules(alert: Alert, links: Links): readonly AlertingRule[] {
  if (alert.burn !== undefined) return [renderBurnRule(alert, alert.burn, links)];
  return alert.conditions.map((condition) => renderConditionRule(alert, condition, links));
}

export const alertGroupName = "gozcu-alerts";

/** Fewer for a cause than for its symptoms. */
const countCauses = ({ name }: Alert) => causes.get(name)?.size ?? 0;

/**
 * Every alert, in one group: all are judged as of the same moment, each cause before its symptoms, so that these see it
 * fire at once.
 */
export function renderAlertGroup(links: Links): RuleGroup<AlertingRule> {
  checkThresholdOrder();
  return {
    name: alertGroupName,
    intervalSeconds: evaluationSeconds,
    rules: alerts
      .toSorted((a, b) => countCauses(a) - countCauses(b))
      .flatMap((alert) => renderAlertRules(alert, links)),
  };
}
