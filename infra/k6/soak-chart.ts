import { escapeXml } from "../svg-text.ts";
import { listJudged } from "./soak-growth.ts";
import type { WatchedProcess } from "./soak-report.ts";
import type { ProcessSample } from "./soak-sample.ts";

interface LineRow {
  readonly title: string;
  readonly color: string;
  readonly read: (sample: ProcessSample) => number;
}

interface PlotRow {
  readonly title: string;
  readonly lines: readonly LineRow[];
}

const inMebibytes = (bytes: number) => bytes / 1_048_576;

const plots: readonly PlotRow[] = [
  {
    title: "Memory, MiB",
    lines: [
      { title: "resident", color: "#4c8bd6", read: ({ residentBytes }) => inMebibytes(residentBytes) },
      { title: "beside the heap", color: "#8b6fc8", read: ({ outsideBytes }) => inMebibytes(outsideBytes) },
      { title: "heap in use", color: "#3d9970", read: ({ heapUsedBytes }) => inMebibytes(heapUsedBytes) },
    ],
  },
  {
    title: "Handles",
    lines: [
      { title: "file descriptors", color: "#4c8bd6", read: ({ descriptors = 0 }) => descriptors },
      { title: "sockets, timers and the like", color: "#3d9970", read: ({ resources }) => resources },
    ],
  },
];

/** Pixels; the picture scales as a whole. */
const width = 760;
const [left, right] = [56, 744];
const plotHeight = 180;
const [headRoom, footRoom] = [58, 30];
const height = headRoom + plotHeight + footRoom;

/** Grey and the lines' colours are readable on a light and on a dark page. */
const style = "text { font: 13px system-ui, sans-serif; fill: #7d8590 } polyline { fill: none; stroke-width: 1.5 }";

function renderPlot({ title, lines }: PlotRow, { url, samples }: WatchedProcess, top: number): readonly string[] {
  const startMs = samples[0]?.atMs ?? 0;
  const spanMs = Math.max(1, (samples.at(-1)?.atMs ?? 0) - startMs);
  const highest = lines.flatMap(({ read }) => samples.map(read)).reduce((most, value) => Math.max(most, value), 1);
  const bottom = top + headRoom + plotHeight;
  const x = (atMs: number) => Math.round(left + ((atMs - startMs) / spanMs) * (right - left));
  const y = (value: number) => Math.round(bottom - (value / highest) * plotHeight);
  const judgedFrom = x(listJudged(samples)[0]?.atMs ?? startMs);
  return [
    `<text x="${left}" y="${top + 22}">${escapeXml(`${title}: ${url}`)}</text>`,
    ...lines.map(
      (line, n) => `<text x="${left + n * 200}" y="${top + 42}" style="fill: ${line.color}">${line.title}</text>`,
    ),
    `<rect x="${judgedFrom}" y="${bottom - plotHeight}" width="${right - judgedFrom}" height="${plotHeight}" fill="#7d8590" opacity="0.12"/>`,
    `<text x="${left - 8}" y="${y(highest) + 10}" text-anchor="end">${Math.round(highest)}</text>`,
    `<text x="${left - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${left}" y="${bottom + 18}">0 s</text>`,
    `<text x="${right}" y="${bottom + 18}" text-anchor="end">${Math.round(spanMs / 1_000)} s, judged where it is shaded</text>`,
    ...lines.map(
      ({ color, read }) =>
        `<polyline stroke="${color}" points="${samples.map((sample) => `${x(sample.atMs)},${y(read(sample))}`).join(" ")}"/>`,
    ),
  ];
}

/** Memory and handles of each process over the time of a run, as an SVG picture that needs nothing else. */
export function renderSoakChart(processes: readonly WatchedProcess[]): string {
  const drawn = processes.flatMap((process) => plots.map((plot) => ({ process, plot })));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${drawn.length * height}" role="img" aria-labelledby="title">`,
    '<title id="title">Memory and handles of each process over the time of the run</title>',
    `<style>${style}</style>`,
    ...drawn.flatMap(({ process, plot }, n) => renderPlot(plot, process, n * height)),
    "</svg>",
    "",
  ].join("\n");
}
