import { createTimeScale, frame, nameOf } from "./chart-frame.ts";
import { renderLine } from "./chart-line.ts";
import { type ChartName, chartRows, type StepRule } from "./chart-rows.ts";
import { readHealthyShare, renderStrip } from "./chart-strip.ts";
import { sayMoment, sayRange, sayShare, sayStep, sayValue } from "./chart-words.ts";
import type { HistoryPoint, PanelHistory } from "./history.ts";
import { html } from "./html.ts";

const rules: Readonly<Record<StepRule, string>> = {
  mean: "the share of the time in which the service was healthy",
  highest: "the highest value",
  lowest: "the lowest value",
};

interface Figure {
  readonly name: string;
  readonly value: string;
  /** By UTC; undefined where it is of no single moment. */
  readonly when: string | undefined;
}

type KnownPoint = HistoryPoint & { readonly value: number };

/** What there is to say of a state: not how high it was, but for how long. */
function readStates(chart: ChartName, history: PanelHistory, known: readonly KnownPoint[]): readonly Figure[] {
  const share = readHealthyShare(known.map(({ value }) => value)) ?? 0;
  const worst = known.findLast(({ value }) => value < 1);
  const when = (point: KnownPoint | undefined) => point && `${sayMoment(history, point.at)} UTC`;
  return [
    { name: "Last", value: sayValue(chart, known.at(-1)?.value), when: when(known.at(-1)) },
    { name: "Healthy", value: `${sayShare(share, 2)} of the time known`, when: undefined },
    { name: "Last trouble", value: worst === undefined ? "none" : sayValue(chart, worst.value), when: when(worst) },
  ];
}

/** The few numbers that a course comes down to; none where nothing is known. */
function readFigures(chart: ChartName, history: PanelHistory): readonly Figure[] {
  const known = history.points[chart].filter((point): point is KnownPoint => point.value !== undefined);
  if (known.length === 0) return [];
  if (chart === "dashboardStatus") return readStates(chart, history, known);
  const sorted = known.toSorted((one, other) => one.value - other.value);
  const mean = known.reduce((sum, { value }) => sum + value, 0) / known.length;
  const row = (name: string, point: KnownPoint | undefined) => ({
    ...{ name, value: sayValue(chart, point?.value) },
    when: point && `${sayMoment(history, point.at)} UTC`,
  });
  return [
    row("Last", known.at(-1)),
    row("Lowest", sorted[0]),
    row("Highest", sorted.at(-1)),
    { name: "Mean", value: sayValue(chart, mean), when: undefined },
  ];
}

function describe(chart: ChartName, history: PanelHistory): string {
  const { rule, nothing } = chartRows[chart];
  const figures = readFigures(chart, history).map(({ name, value }) => `${name.toLowerCase()} ${value}`);
  const told = figures.length === 0 ? nothing : figures.join(", ");
  return `${told}. Of each ${sayStep(history)} ${rules[rule]}.`;
}

/**
 * A chart of the status page as an `<svg>`: whole without scripts and without a style of its own, see chart.css. Times are
 * UTC's; `data-at` has each for a script that knows the visitor's clock.
 */
export function renderChart(chart: ChartName, history: PanelHistory): string {
  const { title } = chartRows[chart];
  const time = createTimeScale(history);
  const body = (chart === "dashboardStatus" ? renderStrip : renderLine)(chart, history, time);
  const id = nameOf(chart, history);
  return html`<svg class="drawing" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}, ${sayRange(history)}</title>
<desc id="${id}-desc">${describe(chart, history)}</desc>
${body}
</svg>`.toString();
}

/** The same in few numbers, for screen readers and for copying. */
export function renderChartTable(chart: ChartName, history: PanelHistory): string {
  const { title, nothing } = chartRows[chart];
  const figures = readFigures(chart, history);
  const rows = figures.map(
    ({ name, value, when }) => html`<tr><th scope="row">${name}</th><td>${value}</td><td>${when}</td></tr>
`,
  );
  const body = rows.length === 0 ? html`<tr><td>${nothing}.</td></tr>` : rows;
  return html`<table class="figures">
<caption>${title}, ${sayRange(history)}</caption>
<tbody>
${body}</tbody>
</table>`.toString();
}
