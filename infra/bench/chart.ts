import { escapeXml } from "../svg-text.ts";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The least and the greatest of the rounds, drawn as a thin line. */
  readonly range?: readonly [number, number];
  /** What the value should be at least, drawn as a mark across the bar. */
  readonly aim?: number;
}

export interface BarChart {
  readonly title: string;
  /** For who cannot see it: what is compared, and how the bars are read. */
  readonly description: string;
  readonly bars: readonly Bar[];
  /** The text beside a bar; its aim is written the same way. */
  readonly renderValue: (value: number) => string;
}

/** Pixels; the picture scales as a whole. */
const width = 760;
const labelsEnd = 230;
const barsEnd = 640;
const top = 52;
const rowHeight = 30;
const barHeight = 16;

/** A background of its own keeps the text readable on a page that is darker or lighter than the system's preference. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .background { fill: #ffffff }
  .bar { fill: #4c8bd6 }
  .range { stroke: #1f2328; stroke-width: 1.5 }
  .aim { stroke: #c2410c; stroke-width: 2.5 }
  .told { fill: #c2410c }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .background { fill: #0d1117 }
    .range { stroke: #e6edf3 }
    .aim { stroke: #fb923c }
    .told { fill: #fb923c }
  }`;

/** Horizontal bars from zero, as an SVG picture that needs nothing else and fits a light and a dark page. */
export function renderBarChart({ title, description, bars, renderValue }: BarChart): string {
  const largest = Math.max(...bars.flatMap(({ value, range = [], aim = 0 }) => [value, ...range, aim]));
  const x = (value: number) => Math.round(labelsEnd + (value / largest) * (barsEnd - labelsEnd));
  const rows = bars.flatMap(({ label, value, range = [value, value], aim }, n) => {
    const barTop = top + n * rowHeight;
    const [middle, baseline] = [barTop + barHeight / 2, barTop + barHeight - 3];
    const [from, to] = range;
    const told = aim === undefined ? "" : `<tspan class="told" dx="6">(≥ ${escapeXml(renderValue(aim))})</tspan>`;
    return [
      `<text x="${labelsEnd - 10}" y="${baseline}" text-anchor="end">${escapeXml(label)}</text>`,
      `<rect class="bar" x="${labelsEnd}" y="${barTop}" width="${x(value) - labelsEnd}" height="${barHeight}" rx="2"/>`,
      `<line class="range" x1="${x(from)}" x2="${x(to)}" y1="${middle}" y2="${middle}"/>`,
      ...(aim === undefined
        ? []
        : [`<line class="aim" x1="${x(aim)}" x2="${x(aim)}" y1="${barTop - 4}" y2="${barTop + barHeight + 4}"/>`]),
      `<text x="${x(Math.max(value, to, aim ?? 0)) + 8}" y="${baseline}">${escapeXml(renderValue(value))}${told}</text>`,
    ];
  });
  const height = top + bars.length * rowHeight + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="description">${escapeXml(description)}</desc>`,
    `<style>${style}\n</style>`,
    `<rect class="background" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="16" y="28">${escapeXml(title)}</text>`,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}
