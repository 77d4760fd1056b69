import { at, frame, nameOf, type PlacedPoint, plotWidth, renderTimeAxis, type TimeScale } from "./chart-frame.ts";
import { type ChartName, chartRows } from "./chart-rows.ts";
import { renderTooltips } from "./chart-tooltips.ts";
import { sayRange, sayShare } from "./chart-words.ts";
import type { PanelHistory } from "./history.ts";
import { html, type SafeHtml } from "./html.ts";

/** Below the words; as high as it is well seen. */
const strip = { top: 112, bottom: frame.bottom } as const;
const stripHeight = strip.bottom - strip.top;
/** The shortest trouble of a step is seen. */
const leastHeight = 12;

const states = [
  { level: "good", name: "healthy" },
  { level: "bad", name: "degraded" },
  { level: "unknown", name: "not known" },
] as const;

/** What the colours mean; each word stands in a third of its own, so that larger letters do not meet. */
const legend = states.map(({ level, name }, n) => {
  const x = frame.left + n * 130;
  return html`<rect class="${level}" x="${x}" y="6" width="11" height="11" rx="2"/><text x="${x + 17}" y="16">${name}</text>`;
});

/** How much of the time that is known all was well; undefined where nothing is known. */
export function readHealthyShare(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Steps that follow on each other and are alike, as one: else their edges would show. */
function joinSteps<T>(
  points: readonly PlacedPoint[],
  kindOf: (value: number | undefined) => T,
): readonly PlacedPoint[] {
  const joined: PlacedPoint[] = [];
  for (const point of points) {
    const before = joined.at(-1);
    if (before !== undefined && kindOf(before.value) === kindOf(point.value))
      joined[joined.length - 1] = { ...before, width: point.left + point.width - before.left };
    else joined.push(point);
  }
  return joined;
}

/** From below, as high as the share of its time that was bad. */
function renderCell(level: string, { left, width }: PlacedPoint, share = 1): SafeHtml {
  const height = Math.min(Math.max(leastHeight, share * stripHeight), stripHeight);
  return html`<rect class="${level}" x="${at(left)}" y="${at(strip.bottom - height)}" width="${at(width)}" height="${at(height)}"/>`;
}

/** What is known or not, and upon it what was bad. */
function renderCells(points: readonly PlacedPoint[]): SafeHtml {
  const ground = joinSteps(points, (value) => value === undefined);
  const troubles = joinSteps(points, (value) => value).filter(({ value = 1 }) => value < 1);
  return html`<g class="cells">${ground.map((step) => renderCell(step.value === undefined ? "unknown" : "good", step))}${troubles.map(
    (step) => renderCell("bad", step, 1 - (step.value ?? 1)),
  )}</g>`;
}

/** A state over time: a strip with a cell for each step, and the share of the time in which it was the good one. */
export function renderStrip(chart: ChartName, history: PanelHistory, time: TimeScale): SafeHtml {
  const points = history.points[chart].map(time.place);
  const values = points.map(({ value }) => value);
  const share = readHealthyShare(values);
  const of = values.includes(undefined) ? "of the time known in" : "of";
  const about =
    share === undefined
      ? html`<text class="empty" x="${frame.left + plotWidth / 2}" y="76">${chartRows[chart].nothing}</text>`
      : html`<text class="share" x="${frame.left}" y="72">${sayShare(share, 2)}</text><text x="${frame.left}" y="97">${of} ${sayRange(history)}</text>`;
  const id = `${nameOf(chart, history)}-unknown`;
  return html`<defs><pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="hatch" width="2" height="6"/></pattern></defs>
<g fill="url(#${id})"><g class="legend">${legend}</g>${renderCells(points)}</g>
${about}
${renderTimeAxis(time, strip)}
${renderTooltips(chart, history, points, () => strip.top)}`;
}
