import type { soak } from "../../app/catalogue/soak.ts";
import type { Findings } from "./scenarios.ts";
import { type Growth, judgeGrowth, listJudged } from "./soak-growth.ts";
import type { ProcessSample } from "./soak-sample.ts";

/** A process that was watched. */
export interface WatchedProcess {
  /** Where its metrics are. */
  readonly url: string;
  readonly samples: readonly ProcessSample[];
}

interface FigureRow {
  readonly title: string;
  /** Every sample's value, of which the most is told. */
  readonly read: (sample: ProcessSample) => number | undefined;
  readonly render: (value: number) => string;
}

const mebibytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;
const count = (value: number) => String(Math.round(value * 10) / 10);

const figures: Readonly<Record<keyof typeof soak.growth, FigureRow>> = {
  heap: { title: "heap after full collections", read: ({ heapUsedBytes }) => heapUsedBytes, render: mebibytes },
  outside: { title: "memory beside the heap", read: ({ outsideBytes }) => outsideBytes, render: mebibytes },
  descriptors: { title: "open file descriptors", read: ({ descriptors }) => descriptors, render: count },
  resources: { title: "sockets, timers and the like", read: ({ resources }) => resources, render: count },
};

const most = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((highest, value = 0) => Math.max(highest, value), 0);

function renderCourse(first: number, last: number, highest: number, render: FigureRow["render"]): string {
  return `${render(first)} → ${render(last)}, at most ${render(highest)}`;
}

function renderFigure({ title, read, render }: FigureRow, growth: Growth, samples: readonly ProcessSample[]): string {
  const { first, last, perHour, points, verdict } = growth;
  if (points === 0) return `  ${title}: unclear, nothing was seen of it`;
  const course = renderCourse(first, last, most(samples.map(read)), render);
  const trend = `${perHour < 0 ? "−" : "+"}${render(Math.abs(perHour))} an hour`;
  return `  ${title}: ${course}, ${trend}: ${verdict}${verdict === "unclear" ? `, from ${points} points` : ""}`;
}

/** What a soak has found; what grows has `failed`. */
export function renderSoakReport(processes: readonly WatchedProcess[]): Findings {
  const reports = processes.map(({ url, samples }) => {
    const judged = listJudged(samples);
    const growths = Object.entries(judgeGrowth(samples)).map(([name, growth]) => {
      return { figure: figures[name as keyof typeof figures], growth };
    });
    const resident = samples.map(({ residentBytes }) => residentBytes);
    const [first = Number.NaN] = judged.map(({ residentBytes }) => residentBytes);
    const collections = (judged.at(-1)?.fullCollections ?? 0) - (judged[0]?.fullCollections ?? 0);
    const unclear = growths.some(({ growth }) => growth.verdict === "unclear");
    return {
      lines: [
        `${url}, in the part after the warm-up:`,
        `  resident memory: ${renderCourse(first, resident.at(-1) ?? Number.NaN, most(resident), mebibytes)}`,
        ...growths.map(({ figure, growth }) => renderFigure(figure, growth, judged)),
        ...(unclear
          ? [
              `  ${collections} full garbage collections are too few for a verdict: run longer, or give the service a smaller heap by NODE_OPTIONS=--max-old-space-size=128`,
            ]
          : []),
      ],
      failed: growths
        .filter(({ growth }) => growth.verdict === "growing")
        .map(({ figure, growth }) => `${url} grows: ${figure.title} by ${figure.render(growth.perHour)} an hour`),
    };
  });
  return { lines: reports.flatMap(({ lines }) => lines), failed: reports.flatMap(({ failed }) => failed) };
}
