import { type Alert, alerts } from "../app/catalogue/alerts.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import type { Links } from "./alert-rules.ts";
import { renderBurnTests } from "./rule-test-budgets.ts";
import { renderConditionTests } from "./rule-test-conditions.ts";
import { renderEscalationTests } from "./rule-test-escalation.ts";
import { renderFreshStart } from "./rule-test-fresh-start.ts";

/** The file of an alert's tests; the burn rates of an SLO, which look back over different times, have one each. */
function fileName({ name, burn }: Alert): string {
  return `${burn === undefined ? name : `${name}-${renderDuration(burn.rate.longSeconds)}`}.yml`;
}

/**
 * The tests for `promtool test rules`, by file name, to lie in a folder beside the rules: for every alert there is, what
 * it does just at its threshold, just beyond it for too short and for long enough, and mended; what an alert does
 * that grows worse; and that a fresh start fires nothing.
 */
export function renderRuleTests(links: Links): Readonly<Record<string, string>> {
  const ofAlerts = alerts.map((alert) => [
    fileName(alert),
    alert.burn === undefined ? renderConditionTests(alert, links) : renderBurnTests(alert, alert.burn, links),
  ]);
  return {
    ...Object.fromEntries(ofAlerts),
    "escalation.yml": renderEscalationTests(links),
    "fresh-start.yml": renderFreshStart(links),
  };
}
