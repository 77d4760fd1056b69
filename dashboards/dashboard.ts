import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { type DashboardName, dashboards, type PanelName } from "../app/catalogue/panels.ts";
import { layOut } from "./grid.ts";
import type { PanelSpec } from "./panel.ts";
import { renderView } from "./panel-view.ts";
import { type VariableName, variables } from "./variable.ts";

/** What a dashboard shows. Its title and its panels' order are the catalogue's. */
export interface DashboardSpec<D extends DashboardName> {
  readonly description: string;
  /** The time range that it opens with, up to now; as Grafana writes it: `1h`, `30d`. */
  readonly span: string;
  readonly refresh: string;
  readonly variables: readonly VariableName[];
  readonly panels: Readonly<Record<PanelName<D>, PanelSpec>>;
}

/** On all of the product's dashboards, and so how they find one another. */
const tag = "gozcu";

const toOthers: DashboardLink = {
  title: "Gözcü",
  type: DashboardLinkType.Dashboards,
  icon: "external link",
  tooltip: "",
  tags: [tag],
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  keepTime: true,
};

/** A dashboard's panels in the catalogue's order. */
export function listPanels<D extends DashboardName>(
  name: D,
  { panels }: DashboardSpec<D>,
): readonly { readonly name: PanelName<D>; readonly spec: PanelSpec }[] {
  const names: readonly PanelName<D>[] = dashboards[name].panels;
  return names.map((panel) => ({ name: panel, spec: panels[panel] }));
}

/** A dashboard in Grafana's classic JSON model. A panel's id is its place, counted from 1: alerts link to it. */
export function renderDashboard<D extends DashboardName>(name: D, spec: DashboardSpec<D>): Dashboard {
  const { uid, title } = dashboards[name];
  const specs = listPanels(name, spec).map((panel) => panel.spec);
  const panels = layOut(specs).map(({ item, gridPos }, index) => ({ ...renderView(item), id: index + 1, gridPos }));
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(spec.description)
    .tags([tag])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: `now-${spec.span}`, to: "now" })
    .refresh(spec.refresh)
    .variables(spec.variables.map((variable) => variables[variable]()))
    .links([{ build: () => toOthers }]);
  return { ...dashboard.build(), panels };
}
