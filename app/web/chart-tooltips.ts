import { at, frame, type PlacedPoint, plotHeight } from "./chart-frame.ts";
import type { ChartName } from "./chart-rows.ts";
import { sayMoment, sayValue } from "./chart-words.ts";
import type { PanelHistory } from "./history.ts";
import { html, type SafeHtml } from "./html.ts";

/** Steps of which nothing is known are pointed at together. */
function groupUnknown(points: readonly PlacedPoint[]): readonly (readonly PlacedPoint[])[] {
  const groups: PlacedPoint[][] = [];
  for (const point of points) {
    const before = groups.at(-1);
    if (point.value === undefined && before !== undefined && before[0]?.value === undefined) before.push(point);
    else groups.push([point]);
  }
  return groups;
}

/**
 * What shows a value to whoever points at it: a column for each step, with a tooltip that needs no script. A script that
 * shows a better one finds the step in `data-at`, the value in words in `data-value`, and its height in `data-y`.
 */
export function renderTooltips(
  chart: ChartName,
  history: PanelHistory,
  points: readonly PlacedPoint[],
  y: (value: number) => number,
): SafeHtml {
  const columns = groupUnknown(points).map((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const words = sayValue(chart, first.value);
    const begin = sayMoment(history, first.at);
    const time = group.length === 1 ? begin : `${begin} to ${sayMoment(history, last.at)}`;
    const place = first.value !== undefined && html` data-y="${at(y(first.value))}"`;
    return html`<rect class="hit" x="${at(first.left)}" y="${frame.top}" width="${at(last.left + last.width - first.left)}" height="${plotHeight}" data-at="${first.at.toISOString()}" data-value="${words}"${place}><title>${time} UTC: ${words}</title></rect>`;
  });
  return html`<g class="hits">${columns}</g>`;
}
