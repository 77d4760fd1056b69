import type { DashboardName } from "../../app/catalogue/panels.ts";
import { panelQueries } from "../../dashboards/files.ts";
import { variables } from "../../dashboards/variable.ts";

/** As Grafana does it while "All" is chosen. */
function fillIn(expr: string): string {
  return Object.entries(variables).reduce((text, [name, create]) => {
    return text.replaceAll(`$${name}`, create().build().allValue ?? "");
  }, expr);
}

/** What the panels ask Prometheus. */
export const filledQueries: readonly {
  readonly dashboard: DashboardName;
  readonly panel: string;
  readonly query: string;
}[] = panelQueries().map(({ dashboard, panel, expr }) => ({ dashboard, panel, query: fillIn(expr) }));
