import { type AlertName, alertNames, alertsNamed } from "../../app/catalogue/alerts.ts";
import type { SignalName } from "../../app/catalogue/signals.ts";
import { renderDuration } from "../../app/telemetry/duration.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { measure } from "../expression.ts";
import type { Command, Query } from "./runbook.ts";
import { runbooks } from "./runbooks.ts";

/** The values that an alert looks at. */
function readValues(name: AlertName): readonly Query[] {
  const rare = runbooks[name].valueEmptyWhenHealthy && ({ emptyWhenHealthy: true } as const);
  return alertsNamed(name).flatMap(({ conditions, burn }) => {
    if (burn === undefined)
      return conditions.map((condition) => ({ tells: "the value now", query: measure(condition).value, ...rare }));
    return [burn.rate.longSeconds, burn.rate.shortSeconds].map((seconds) => ({
      tells: `the burn rate over ${renderDuration(seconds)}`,
      query: promql.burnRate(seconds, burn.slo),
      ...rare,
    }));
  });
}

/** What a page asks and tries, in its order; burn rates share windows, and each query stands there once. */
export function readDiagnosis(name: AlertName): readonly (Query | Command)[] {
  const values = new Map(readValues(name).map((value) => [value.query.text, value]));
  return [...values.values(), ...runbooks[name].diagnosis];
}

/** A query as it stands on a page. */
export interface RunbookQuery {
  readonly alert: AlertName;
  readonly expr: string;
  readonly reads: readonly SignalName[];
  /** By its nature it has no series while nothing is wrong. */
  readonly emptyWhenHealthy: boolean;
}

/** Every query of every page, but for the expressions that fire: those are the rules'. */
export function runbookQueries(): readonly RunbookQuery[] {
  return alertNames.flatMap((alert) =>
    readDiagnosis(alert).flatMap((step) =>
      "query" in step
        ? [{ alert, expr: step.query.text, reads: step.query.reads, emptyWhenHealthy: step.emptyWhenHealthy === true }]
        : [],
    ),
  );
}
