import { createValueAxis, type ValueAxis } from "./chart-axis.ts";
import {
  at,
  frame,
  nameOf,
  type PlacedPoint,
  plotHeight,
  plotWidth,
  renderTimeAxis,
  type TimeScale,
} from "./chart-frame.ts";
import { type Band, type ChartName, chartRows } from "./chart-rows.ts";
import { renderTooltips } from "./chart-tooltips.ts";
import { sayValue } from "./chart-words.ts";
import type { PanelHistory } from "./history.ts";
import { html, type SafeHtml } from "./html.ts";
import { createScale } from "./scale.ts";

type Y = (value: number) => number;

/** Of the largest letters. */
const letterHeight = 20;

/** Points that follow on each other; a gap ends one run and begins the next. */
type Run = readonly (PlacedPoint & { readonly value: number })[];

/** What is known, without the gaps between. */
function listRuns(points: readonly PlacedPoint[]): readonly Run[] {
  const runs: (PlacedPoint & { readonly value: number })[][] = [[]];
  for (const point of points) {
    const { value } = point;
    if (value !== undefined) runs.at(-1)?.push({ ...point, value });
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** The bands that the axis reaches, each with where it ends. */
function listBands(bands: readonly Band[], { low, high }: ValueAxis) {
  return bands
    .map((band, n) => ({ ...band, from: Math.max(band.from, low), to: Math.min(bands[n + 1]?.from ?? high, high) }))
    .filter(({ from, to }) => from < to || from === high);
}

function renderBands(chart: ChartName, axis: ValueAxis, y: Y): SafeHtml {
  const bands = listBands(chartRows[chart].bands, axis).map(({ from, to, level, name }) => {
    const area = html`<rect class="band ${level}" x="${frame.left}" y="${at(y(to))}" width="${plotWidth}" height="${at(y(from) - y(to))}"/>`;
    return html`${area}${name !== undefined && html`<path class="threshold ${level}" d="M${frame.left} ${at(y(from))}H${frame.right}"/>`}`;
  });
  return html`<g class="bands">${bands}</g>`;
}

/** What the thresholds are called: above the course, which may pass there. */
function renderLimits(chart: ChartName, axis: ValueAxis, y: Y): SafeHtml {
  const bands = listBands(chartRows[chart].bands, axis);
  const limits = bands.map(({ from, to, level, name }, n) => {
    // Two that almost meet are called by the name of the upper one.
    const isCrowded = n < bands.length - 1 && y(from) - y(to) < letterHeight;
    if (name === undefined || isCrowded) return undefined;
    // Near the upper end there is room below only.
    const baseline = y(from) - frame.top < letterHeight ? y(from) + letterHeight - 5 : y(from) - 5;
    const label = `${name} ${sayValue(chart, from).replace(/ jobs$/, "")}`;
    return html`<text class="limit ${level}" x="${frame.right - 4}" y="${at(baseline)}">${label}</text>`;
  });
  return html`<g class="limits">${limits}</g>`;
}

function renderValueAxis({ ticks, unit }: ValueAxis, y: Y): SafeHtml {
  return html`<g class="values"><text class="unit" x="${frame.left}" y="16">${unit}</text>${ticks.map(
    ({ value, label }) =>
      html`<path class="grid" d="M${frame.left} ${at(y(value))}H${frame.right}"/><text class="tick" x="${frame.left - 8}" y="${at(y(value))}">${label}</text>`,
  )}</g>`;
}

/** The line is of the colour of the band that it is in: its paint changes at the thresholds. */
function renderPaint(id: string, bands: readonly Band[], axis: ValueAxis, y: Y): SafeHtml {
  const stops = listBands(bands, axis).map(({ from, to, level }) => {
    const share = (value: number) => at(((frame.bottom - y(value)) / plotHeight) * 100);
    return html`<stop class="${level}" offset="${share(from)}%"/><stop class="${level}" offset="${share(to)}%"/>`;
  });
  return html`<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" y1="${frame.bottom}" x2="0" y2="${frame.top}">${stops}</linearGradient>`;
}

/** @param isFilled whether it is filled below: what is good when it is high would be filled with what is bad */
function renderRun(run: Run, y: Y, isFilled: boolean): SafeHtml {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) return html``;
  // A line needs two ends; what stands alone is a dot.
  if (run.length === 1) return html`<circle class="dot" cx="${at(first.middle)}" cy="${at(y(first.value))}" r="3"/>`;
  const line = run.map(({ middle, value }) => `${at(middle)} ${at(y(value))}`).join("L");
  const area = `M${at(first.middle)} ${frame.bottom}L${line}L${at(last.middle)} ${frame.bottom}Z`;
  return html`${isFilled && html`<path class="area" d="${area}"/>`}<path class="line" d="M${line}"/>`;
}

/** A value over time: bands, axes, and a line with gaps where nothing is known. */
export function renderLine(chart: ChartName, history: PanelHistory, time: TimeScale): SafeHtml {
  const points = history.points[chart].map(time.place);
  const runs = listRuns(points);
  const axis = createValueAxis(
    chart,
    runs.flatMap((run) => run.map(({ value }) => value)),
  );
  const scale = createScale([axis.low, axis.high], [frame.bottom, frame.top]);
  // A value that there cannot be, as somebody else's Prometheus may tell, stays within the frame.
  const y = (value: number) => scale(Math.min(Math.max(value, axis.low), axis.high));
  const { bands, nothing } = chartRows[chart];
  const id = `${nameOf(chart, history)}-paint`;
  const isPainted = bands.length > 0;
  const course = runs.map((run) => renderRun(run, y, bands[0]?.level !== "bad"));
  return html`${isPainted && html`<defs>${renderPaint(id, bands, axis, y)}</defs>`}
${renderBands(chart, axis, y)}
${renderValueAxis(axis, y)}
${renderTimeAxis(time)}
${isPainted ? html`<g stroke="url(#${id})" fill="url(#${id})">${course}</g>` : html`<g class="plain">${course}</g>`}
${renderLimits(chart, axis, y)}
${
  runs.length === 0
    ? html`<text class="empty" x="${frame.left + plotWidth / 2}" y="${frame.top + plotHeight / 2}">${nothing}</text>`
    : renderTooltips(chart, history, points, y)
}`;
}
