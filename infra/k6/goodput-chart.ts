import type { Goodput } from "./goodput.ts";

/** Pixels; the picture scales as a whole. */
const width = 760;
const height = 440;
const plot = { left: 76, right: 736, top: 56, bottom: 380 };

/** A background of its own keeps the text readable on a page that is darker or lighter than the system's preference. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .background { fill: #ffffff }
  .grid { stroke: #d1d9e0 }
  .ideal { stroke: #6e7781; stroke-dasharray: 6 5; fill: none }
  .mark { stroke: #c2410c; stroke-dasharray: 2 4 }
  .told { fill: #c2410c }
  .good { stroke: #2563b0; stroke-width: 2.5; fill: none }
  .step { fill: #2563b0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .background { fill: #0d1117 }
    .grid { stroke: #30363d }
    .ideal { stroke: #8b949e }
    .mark { stroke: #fb923c }
    .told { fill: #fb923c }
    .good { stroke: #6cb0f5 }
    .step { fill: #6cb0f5 }
  }`;

/** The next of 1, 2, 5, 10, 20, 50 … with which at most `most` steps reach `value`. */
function chooseStep(value: number, most: number): number {
  const decade = 10 ** Math.floor(Math.log10(value / most));
  return [1, 2, 5, 10].map((digit) => digit * decade).find((step) => value / step <= most) ?? 10 * decade;
}

function listTicks(end: number, most: number): readonly number[] {
  const step = chooseStep(end, most);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/**
 * What was sent against what was answered in time, as an SVG picture: a service that never falls over follows the ideal
 * line up to its capacity, and keeps that height.
 */
export function renderGoodputChart({ rising, capacity }: Goodput): string {
  // At least 1: also of a service that answered nothing a picture is made.
  const end = {
    x: Math.max(...rising.map(({ sent }) => sent), 2 * capacity, 1) * 1.05,
    y: Math.max(capacity, 1) * 1.25,
  };
  const round = (value: number) => Math.round(value * 10) / 10;
  const x = (sent: number) => round(plot.left + ((plot.right - plot.left) * sent) / end.x);
  const y = (good: number) => round(plot.bottom - ((plot.bottom - plot.top) * good) / end.y);
  const line = (kind: string, from: readonly [number, number], to: readonly [number, number]) =>
    `<line class="${kind}" x1="${x(from[0])}" y1="${y(from[1])}" x2="${x(to[0])}" y2="${y(to[1])}"/>`;
  const label = (left: number, top: number, text: string, more = "") =>
    `<text x="${left}" y="${top}"${more}>${text}</text>`;
  const middle = (plot.top + plot.bottom) / 2;

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    '<title id="title">Offered load against goodput</title>',
    `<desc id="description">Requests sent a second across, requests answered as documented within their budget up; the peak is ${Math.round(capacity)} a second.</desc>`,
    `<style>${style}</style>`,
    `<rect class="background" width="${width}" height="${height}"/>`,
    label(plot.left, 30, "Offered load against goodput", ' class="title"'),
    ...listTicks(end.y, 6).flatMap((tick) => [
      line("grid", [0, tick], [end.x, tick]),
      label(plot.left - 8, y(tick) + 4, String(tick), ' text-anchor="end"'),
    ]),
    ...listTicks(end.x, 8).flatMap((tick) => [
      line("grid", [tick, 0], [tick, end.y]),
      label(x(tick), plot.bottom + 20, String(tick), ' text-anchor="middle"'),
    ]),
    label((plot.left + plot.right) / 2, height - 16, "offered, requests/s", ' text-anchor="middle"'),
    label(20, middle, "goodput, requests/s", ` text-anchor="middle" transform="rotate(-90 20 ${middle})"`),
    line("ideal", [0, 0], [end.y, end.y]),
    label(x(end.y) + 6, plot.top + 12, "ideal"),
    line("mark", [0, capacity], [end.x, capacity]),
    label(plot.right - 4, y(capacity) - 6, `capacity ${Math.round(capacity)}/s`, ' class="told" text-anchor="end"'),
    line("mark", [2 * capacity, 0], [2 * capacity, end.y]),
    label(x(2 * capacity) - 6, plot.bottom - 8, "twice the capacity", ' class="told" text-anchor="end"'),
    `<polyline class="good" points="${[{ sent: 0, good: 0 }, ...rising].map(({ sent, good }) => `${x(sent)},${y(good)}`).join(" ")}"/>`,
    ...rising.map(({ sent, good }) => `<circle class="step" cx="${x(sent)}" cy="${y(good)}" r="3.5"/>`),
    "</svg>",
    "",
  ].join("\n");
}
