import {
  MappingType,
  SpecialValueMatch,
  type Threshold,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { alerts } from "../app/catalogue/alerts.ts";
import type { StateSignal } from "../app/catalogue/signals.ts";
import { signals } from "../app/catalogue/signals.ts";
import { bad, good, neutral } from "./steps.ts";

/** What a panel says where there is no value. */
export const noDataText = "no data";

/** For a panel of one value. Without it Grafana would show the absence of data in the colour of the lowest step. */
export const noDataMapping: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: noDataText, color: neutral } },
};

/** The value of which an alert says that it is bad. */
function badState(metric: StateSignal): number {
  for (const condition of alerts.flatMap(({ conditions }) => conditions)) {
    if ("is" in condition && condition.metric === metric) return condition.is;
  }
  throw new Error(`no alert tells which state of ${metric} is the bad one`);
}

/** The two values of a metric that has states, 0 and 1, with their words and colours. */
function listStates(metric: StateSignal) {
  const isBad = badState(metric);
  return signals[metric].states.map((text, value) => ({ text, value, color: value === isBad ? bad : good }));
}

/** The words and colours for the two values of a metric that has states. */
export function renderStates(metric: StateSignal): ValueMapping {
  const options = listStates(metric).map(({ text, value, color }) => [value, { text, color, index: value }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

/** The same colours as steps. */
export function stateSteps(metric: StateSignal): readonly Threshold[] {
  return listStates(metric).map(({ value, color }) => ({ value: value === 0 ? null : value, color }));
}
