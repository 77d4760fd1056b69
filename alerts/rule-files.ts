import { stringify } from "yaml";
import { renderDuration } from "../app/telemetry/duration.ts";
import { type Links, renderAlertGroup } from "./alert-rules.ts";
import type { RuleGroup } from "./rule-group.ts";
import { burnRecordings } from "./slo-recordings.ts";

function renderGroups(groups: readonly RuleGroup[]): string {
  const yaml = {
    groups: groups.map(({ name, intervalSeconds, rules }) => ({
      name,
      interval: renderDuration(intervalSeconds),
      rules: rules.map((rule) =>
        "record" in rule
          ? { record: rule.record, expr: rule.expr.text, labels: rule.labels }
          : {
              alert: rule.alert,
              expr: rule.expr.text,
              ...(rule.forSeconds > 0 && { for: renderDuration(rule.forSeconds) }),
              labels: rule.labels,
              annotations: rule.annotations,
            },
      ),
    })),
  };
  return stringify(yaml, { lineWidth: 0 });
}

/** Prometheus' rule files by name: what is recorded, and what alerts. */
export function renderRuleFiles(links: Links): Readonly<Record<"recording-rules.yml" | "alerting-rules.yml", string>> {
  return {
    "recording-rules.yml": renderGroups(burnRecordings),
    "alerting-rules.yml": renderGroups([renderAlertGroup(links)]),
  };
}
