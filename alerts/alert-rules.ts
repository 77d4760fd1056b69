import { type Alert, aftermathSeconds, alerts } from "../app/catalogue/alerts.ts";
import type { Condition } from "../app/catalogue/conditions.ts";
import type { links } from "../app/catalogue/links.ts";
import { dashboards } from "../app/catalogue/panels.ts";
import { evaluationSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { slos } from "../app/catalogue/slos.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import { measure } from "./expression.ts";
import { closeCauses } from "./inhibition.ts";
import type { AlertingRule, RuleGroup } from "./rule-group.ts";
import { burnWording, renderValue, sayThreshold } from "./wording.ts";

/** Where the links in a message lead to. */
export type Links = Readonly<Record<keyof typeof links, string>>;

const causes = closeCauses(alerts);

/** The address of the panel that shows an alert. */
export function renderPanelLink(panel: Alert["panel"], { grafana }: Pick<Links, "grafana">): string {
  for (const { uid, panels } of Object.values(dashboards)) {
    const index = (panels as readonly string[]).indexOf(panel);
    if (index !== -1) return `${grafana}/d/${uid}?viewPanel=${index + 1}`;
  }
  throw new Error(`no dashboard has the panel ${panel}`);
}

function renderAnnotations(alert: Alert, meaning: string, value: string, threshold: string, links: Links) {
  const held = alert.forSeconds === 0 ? "" : ` for ${renderDuration(alert.forSeconds)}`;
  return {
    summary: alert.summary,
    description: `${meaning}. It is ${value}; the alert fires at ${threshold}${held}.`,
    value,
    threshold,
    runbook_url: `${links.service}/runbooks/${alert.name}`,
    dashboard_url: renderPanelLink(alert.panel, links),
  };
}

/** Nothing while a cause fires and in its aftermath, nor for as long as the expression looks back into that. */
function unlessExplained(expr: promql.Promql, { name }: Alert, windowSeconds: number): promql.Promql {
  return promql.unlessAlerting(expr, [...(causes.get(name) ?? [])], windowSeconds + aftermathSeconds);
}

function renderConditionRule(alert: Alert, condition: Condition, links: Links): AlertingRule {
  const { value, operator, threshold, windowSeconds } = measure(condition);
  const meaning = "always" in condition ? alert.summary : signals[condition.metric].help;
  return {
    alert: alert.name,
    expr: unlessExplained(promql.compare(value, operator, threshold), alert, windowSeconds),
    forSeconds: alert.forSeconds,
    labels: { severity: alert.severity },
    annotations: renderAnnotations(alert, meaning, renderValue(condition), sayThreshold(condition), links),
  };
}

function renderBurnRule(alert: Alert, { slo, rate }: NonNullable<Alert["burn"]>, links: Links): AlertingRule {
  const { factor, longSeconds, shortSeconds } = rate;
  const over = (windowSeconds: number) => promql.compare(promql.burnRate(windowSeconds, slo), ">", factor);
  const meaning = `Error budget of the objective ${slo} (${slos[slo].help})`;
  return {
    alert: alert.name,
    expr: unlessExplained(promql.both(over(longSeconds), over(shortSeconds)), alert, shortSeconds),
    forSeconds: alert.forSeconds,
    labels: { severity: alert.severity, window: renderDuration(longSeconds) },
    annotations: renderAnnotations(alert, meaning, burnWording.template, `more than ${burnWording.say(factor)}`, links),
  };
}

/** The rules of one declaration. */
export function renderAlertRules(alert: Alert, links: Links): readonly AlertingRule[] {
  if (alert.burn !== undefined) return [renderBurnRule(alert, alert.burn, links)];
  return alert.conditions.map((condition) => renderConditionRule(alert, condition, links));
}

export const alertGroupName = "gozcu-alerts";

/**
 * Every alert, in one group: all are judged as of the same moment, so that a cause and its symptoms begin and end
 * together and never one evaluation apart.
 */
export function renderAlertGroup(links: Links): RuleGroup<AlertingRule> {
  return {
    name: alertGroupName,
    intervalSeconds: evaluationSeconds,
    rules: alerts.flatMap((alert) => renderAlertRules(alert, links)),
  };
}
