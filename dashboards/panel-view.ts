import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { StateSignal } from "../app/catalogue/signals.ts";
import { datasources } from "./datasources.ts";
import { createJaegerTarget, placeholder, renderExploreLink, tracesOfService } from "./explore.ts";
import type { MetricPanel, PanelQuery, PanelSpec } from "./panel.ts";
import { noDataMapping, noDataText, renderStates, stateSteps } from "./states.ts";
import { good } from "./steps.ts";
import { renderUnit } from "./unit.ts";

const built = <T>(value: T): Builder<T> => ({ build: () => value });

const last = () => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
const legend = () =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([]);
const tooltip = () => new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** What is set once for each kind of panel. */
const views = {
  timeseries: () =>
    new TimeSeriesBuilder()
      .lineWidth(2)
      .fillOpacity(10)
      .showPoints(VisibilityMode.Auto)
      .legend(legend())
      .tooltip(tooltip()),
  timeline: () => new TimelineBuilder().showValue(VisibilityMode.Auto).mergeValues(true).legend(legend()),
  stat: () =>
    new StatBuilder().reduceOptions(last()).colorMode(BigValueColorMode.Background).graphMode(BigValueGraphMode.None),
  gauge: () => new GaugeBuilder().reduceOptions(last()).showThresholdMarkers(true).showThresholdLabels(true),
  table: () => new TableBuilder(),
} as const;

/** Query names as Grafana gives them: A, B, … */
const refId = (index: number) => String.fromCharCode("A".charCodeAt(0) + index);

function createTarget({ promql, legend: text }: PanelQuery, index: number, view: MetricPanel["view"]) {
  const target = new DataqueryBuilder()
    .refId(refId(index))
    .datasource(datasources.prometheus)
    .expr(promql.text)
    .legendFormat(text);
  if (view === "timeseries" || view === "timeline") return target.range();
  return target.instant().format(view === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}

/** Brings the queries of a table together in a row for each objective, under the names that they have as legends. */
function renderRows(queries: readonly PanelQuery[]) {
  const names = queries.map((query, index) => [`Value #${refId(index)}`, query.legend]);
  return [
    { id: "joinByField", options: { byField: "slo", mode: "outer" } },
    { id: "filterFieldsByName", options: { include: { pattern: "^(slo|Value.*)$" } } },
    { id: "organize", options: { renameByName: { slo: "Objective", ...Object.fromEntries(names) } } },
  ];
}

/** How a panel tells its values. An absent one is neither good nor bad. */
function renderValues({ view, queries, steps }: MetricPanel) {
  const ofOneValue = view === "stat" || view === "gauge";
  const mappingsOf = (states: StateSignal | undefined) => [
    ...(states === undefined ? [] : [renderStates(states)]),
    ...(ofOneValue ? [noDataMapping] : []),
  ];
  const states = queries.length === 1 ? queries[0]?.states : undefined;
  const ownSteps = ofOneValue && states !== undefined ? stateSteps(states) : [{ value: null, color: good }];
  return {
    steps: [...(steps ?? ownSteps)],
    mappings: mappingsOf(states),
    // What is set in the defaults holds without any series too; only several metrics need a mapping each.
    mappingsByQuery: queries.flatMap((query, index) =>
      query.states === states ? [] : [{ ref: refId(index), mappings: mappingsOf(query.states) }],
    ),
  };
}

function renderMetricPanel(spec: MetricPanel): Panel {
  const { view, queries, unit, range, traced } = spec;
  const { steps, mappings, mappingsByQuery } = renderValues(spec);
  const builder = views[view]()
    .datasource(datasources.prometheus)
    .unit(renderUnit(unit))
    .noValue(noDataText)
    .mappings(mappings)
    .targets(queries.map((query, index) => createTarget(query, index, view)))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  if (builder instanceof TimeSeriesBuilder && spec.steps !== undefined) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.DashedAndArea));
  }
  if (view === "table") builder.transformations(renderRows(queries));
  if (range !== undefined) builder.min(range.min);
  if (range?.max !== undefined) builder.max(range.max);
  if (traced) builder.dataLinks([built<DashboardLink>(renderExploreLink("Traces of this time", tracesOfService))]);
  for (const each of mappingsByQuery) builder.overrideByQuery(each.ref, [{ id: "mappings", value: each.mappings }]);
  return builder.build();
}

function renderTracePanel(): Panel {
  const link = renderExploreLink("Open the trace", { query: placeholder("__value.raw") });
  return new TableBuilder()
    .datasource(datasources.jaeger)
    .noValue("no traces")
    .withTarget(createJaegerTarget(tracesOfService))
    .overrideByName("traceID", [{ id: "links", value: [link] }])
    .build();
}

/** A panel as Grafana's JSON has it, without its place. */
export function renderView(spec: PanelSpec): Panel {
  const { title, description } = spec;
  return { ...(spec.view === "traces" ? renderTracePanel() : renderMetricPanel(spec)), title, description };
}
