import { type DashboardName, dashboards } from "../app/catalogue/panels.ts";
import { type DashboardSpec, listPanels, renderDashboard } from "./dashboard.ts";
import { jobs } from "./jobs.ts";
import { load } from "./load-tests.ts";
import { overview } from "./overview.ts";
import type { PanelQuery } from "./panel.ts";
import { slos } from "./slos.ts";
import { stack } from "./stack.ts";

const specs: { readonly [D in DashboardName]: DashboardSpec<D> } = { overview, jobs, slos, stack, load };
const names = Object.keys(dashboards) as readonly DashboardName[];

/** Grafana's dashboards by file name, as JSON. */
export function renderDashboardFiles(): Readonly<Record<string, string>> {
  const render = <D extends DashboardName>(name: D) => renderDashboard(name, specs[name]);
  return Object.fromEntries(names.map((name) => [`${name}.json`, `${JSON.stringify(render(name), null, 2)}\n`]));
}

/** What a panel asks Prometheus, with Grafana's variables as they stand in it. */
export interface AskedByPanel {
  readonly dashboard: DashboardName;
  readonly panel: string;
  readonly expr: string;
  readonly reads: PanelQuery["promql"]["reads"];
}

function queriesOf<D extends DashboardName>(dashboard: D): readonly AskedByPanel[] {
  return listPanels(dashboard, specs[dashboard]).flatMap(({ name, spec }) =>
    spec.view === "traces"
      ? []
      : spec.queries.map(({ promql }) => ({ dashboard, panel: name, expr: promql.text, reads: promql.reads })),
  );
}

/** Every query of every panel. */
export function panelQueries(): readonly AskedByPanel[] {
  return names.flatMap(queriesOf);
}
