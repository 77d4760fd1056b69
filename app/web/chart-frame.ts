import { historyRanges } from "../catalogue/history.ts";
import type { ChartName, HistoryPoint, PanelHistory } from "./history.ts";
import { html, type SafeHtml } from "./html.ts";
import { createScale } from "./scale.ts";
import { listTimeTicks } from "./time-ticks.ts";

/** In the units of the drawing, which scales as a whole. Where it is narrow the style sheet makes letters larger. */
export const frame = { width: 560, height: 240, left: 56, right: 548, top: 32, bottom: 208 } as const;

export const plotWidth = frame.right - frame.left;
export const plotHeight = frame.bottom - frame.top;

/** What a part of a chart is called: several ranges may stand on one page. */
export function nameOf(chart: ChartName, { range }: Pick<PanelHistory, "range">): string {
  return `plot-${chart}-${range}`;
}

/** A length or a place, as short as it is exact enough. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A step of a chart, and where it is drawn. */
export interface PlacedPoint extends HistoryPoint {
  readonly left: number;
  readonly width: number;
  readonly middle: number;
}

/** The time of a range by whole steps: the drawing stays as it is until the next one begins. */
export function createTimeScale({ range, points }: PanelHistory) {
  const { stepSeconds } = historyRanges[range];
  const stepMs = stepSeconds * 1_000;
  const times = points.queueSize.map((point) => point.at.getTime());
  const [from, until] = [times[0] ?? 0, (times.at(-1) ?? 0) + stepMs];
  const x = createScale([from, until], [frame.left, frame.right]);
  return {
    ticks: listTimeTicks(range, new Date(from), new Date(until)).map((tick) => ({ ...tick, x: x(tick.at.getTime()) })),
    place(point: HistoryPoint): PlacedPoint {
      const [left, right] = [x(point.at.getTime()), x(point.at.getTime() + stepMs)];
      return { ...point, left, width: right - left, middle: (left + right) / 2 };
    },
  };
}

export type TimeScale = ReturnType<typeof createTimeScale>;

/** Lines at round moments, and their names below. */
export function renderTimeAxis({ ticks }: TimeScale, { top }: { readonly top: number } = frame): SafeHtml {
  return html`<g class="time">${ticks.map(
    ({ x, label, isMinor, at: moment }) =>
      html`<path class="grid" d="M${at(x)} ${top}V${frame.bottom + 4}"/><text class="tick${isMinor && " minor"}" x="${at(x)}" y="${frame.bottom + 20}" data-at="${moment.toISOString()}">${label}</text>`,
  )}<text class="zone" x="${frame.right}" y="16">UTC</text></g>`;
}
