import { type HistoryRange, historyRanges } from "../../catalogue/history.ts";
import { renderChart, renderChartTable } from "../chart.ts";
import { type ChartName, chartNames, chartRows } from "../chart-rows.ts";
import type { PanelHistory } from "../history.ts";
import { html, raw, type SafeHtml } from "../html.ts";
import type { Known } from "../last-known.ts";
import type { PageFacts } from "../page-facts.ts";
import { renderElapsed } from "../time.ts";
import type { Section } from "./section.ts";

/** A history is drawn once for all who look at it. */
const drawn = new WeakMap<PanelHistory, Map<ChartName, SafeHtml>>();

function draw(chart: ChartName, history: PanelHistory): SafeHtml {
  const charts = drawn.get(history) ?? new Map<ChartName, SafeHtml>();
  drawn.set(history, charts);
  const known = charts.get(chart);
  if (known !== undefined) return known;
  const made = html`<div class="plot" data-plot tabindex="0" role="group" aria-label="${chartRows[chart].title}: the arrow keys read its values">${raw(renderChart(chart, history))}</div>
    <details><summary>Numbers<span class="hidden"> of ${chartRows[chart].title}</span></summary>${raw(renderChartTable(chart, history))}</details>`;
  charts.set(chart, made);
  return made;
}

/** The ranges, as links that work without scripts. */
function renderRanges(range: HistoryRange): SafeHtml {
  const ranges = Object.entries(historyRanges);
  return html`<nav class="ranges" aria-label="Time shown">${ranges.map(
    ([name, { label }]) =>
      html`<a href="/?range=${name}"${name === range && html` aria-current="true"`}>${name}<span class="hidden"> (${label})</span></a> `,
  )}</nav>`;
}

/** A history is read more often by far. */
const oldMs = 60_000;

const sources = {
  prometheus: "From Prometheus.",
  recorded: "From what the service has recorded itself: Prometheus is not connected.",
} as const;

/** Where it is from, and when it was read where it could not be read again. */
function renderOrigin({ value, at }: Known<PanelHistory>, now: Date): SafeHtml {
  const isOld = now.getTime() - at.getTime() > oldMs;
  return html`${sources[value.source]}${isOld && html` <strong>Read ${renderElapsed("ago", at, now)}.</strong>`}`;
}

/** A chart each, so that one that has not changed is not sent again; and what belongs to all of them. */
export function renderCharts({ history, range, now }: PageFacts): readonly Section[] {
  const charts = chartNames.map((chart) => ({
    id: `chart-${chart}`,
    html: html`<h3 id="chart-${chart}-title">${chartRows[chart].title}</h3>
    ${history === undefined ? html`<p class="empty plot">Reading the past…</p>` : draw(chart, history.value)}`,
  }));
  const about = html`<h2 id="charts-title">The last ${historyRanges[range].label.replace(/^1 /, "")}</h2>${renderRanges(range)}
    <p class="facts">${history === undefined ? "Nothing is known of the past yet." : renderOrigin(history, now)}</p>`;
  return [{ id: "charts", html: about }, ...charts];
}
