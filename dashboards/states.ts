import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { alerts } from "../app/catalogue/alerts.ts";
import type { StateSignal } from "../app/catalogue/signals.ts";
import { signals } from "../app/catalogue/signals.ts";
import { bad, good } from "./steps.ts";

/** The value of which an alert says that it is bad. */
function badState(metric: StateSignal): number {
  for (const condition of alerts.flatMap(({ conditions }) => conditions)) {
    if ("is" in condition && condition.metric === metric) return condition.is;
  }
  throw new Error(`no alert tells which state of ${metric} is the bad one`);
}

/** The words and colours for the two values of a metric that has states. */
export function renderStates(metric: StateSignal): ValueMapping[] {
  const isBad = badState(metric);
  const options = signals[metric].states.map((text, value) => [
    value,
    { text, color: value === isBad ? bad : good, index: value },
  ]);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }];
}
