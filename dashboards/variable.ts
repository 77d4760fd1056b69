import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  type VariableOption,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { SignalLabel, SignalName } from "../app/catalogue/signals.ts";
import { sloNames } from "../app/catalogue/slos.ts";
import { signalName } from "../app/telemetry/promql.ts";
import { datasources } from "./datasources.ts";

const all: VariableOption = { selected: true, text: ["All"], value: ["$__all"] };
/** Any value but none: a label that is missing matches `.*` too. */
const anyOf = ".+";

/** The values that a label has in Prometheus, read when the dashboard is opened. */
function createLabelVariable<M extends SignalName>(
  name: string,
  { metric, label, title }: { readonly metric: M; readonly label: SignalLabel<M>; readonly title: string },
): QueryVariableBuilder {
  const query = `label_values(${signalName(metric)}, ${label})`;
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(datasources.prometheus)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc);
}

/** What a panel may be narrowed to. A query says `${name}` where it wants the choice. */
export const variables = {
  job: () =>
    createLabelVariable("job", { metric: "up", label: "job", title: "Scrape job" })
      .multi(true)
      .includeAll(true)
      .allValue(anyOf)
      .current(all),
  service: () =>
    createLabelVariable("service", { metric: "target_info", label: "service_name", title: "Service in the traces" }),
  run: () =>
    createLabelVariable("run", { metric: "k6_vus", label: "testid", title: "Run of k6" })
      .multi(true)
      .includeAll(true)
      .allValue(anyOf)
      .current(all),
  slo: () =>
    new CustomVariableBuilder("slo")
      .label("Objective")
      .values(sloNames.join(","))
      .multi(true)
      .includeAll(true)
      .allValue(anyOf)
      .current(all),
} as const;

export type VariableName = keyof typeof variables;

/** A matcher for what is chosen under a variable. */
export function chosen(name: VariableName): { readonly matches: string } {
  return { matches: `$${name}` };
}
