import type { Alert, AlertName } from "../../app/catalogue/alerts.ts";
import { renderDuration } from "../../app/telemetry/duration.ts";
import { causes } from "../causes.ts";
import { burnWording } from "../wording.ts";
import { sayCondition, sayTime } from "./words.ts";

/** An alert's declaration in words, for tables. An objective's alert has one each burn rate. */
export interface AlertSummary {
  readonly name: AlertName;
  readonly severity: string;
  /** With the threshold. */
  readonly fires: string;
  /** How long that must hold; `0s` for at once. */
  readonly held: string;
  /** The longest time from the fault to the message. */
  readonly budget: string;
  readonly causes: readonly string[];
}

/** When a declaration fires, in words. */
function sayFires({ conditions, burn }: Alert): string {
  if (burn === undefined) return conditions.map(sayCondition).join(", or ");
  const { factor, longSeconds, shortSeconds } = burn.rate;
  const windows = `over ${renderDuration(longSeconds)} and over ${renderDuration(shortSeconds)}`;
  return `the objective \`${burn.slo}\` burns at more than ${burnWording.say(factor)}, ${windows}`;
}

export function summariseAlert(alert: Alert): AlertSummary {
  return {
    name: alert.name,
    severity: alert.severity,
    fires: sayFires(alert),
    held: renderDuration(alert.forSeconds),
    budget: sayTime(alert.budgetSeconds),
    causes: [...(causes.get(alert.name) ?? [])],
  };
}
