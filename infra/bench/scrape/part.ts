import { describeCores, findCores, runOn } from "../cores.ts";
import { readPackageVersion } from "../machine.ts";
import type { BenchOptions, BenchPart, BenchResult } from "../part.ts";
import { runRounds } from "../rounds.ts";
import { readFindings } from "./findings.ts";
import { listMisses, renderChart, renderFindings } from "./report.ts";
import { runTurn } from "./turn.ts";
import { sizes, variants } from "./variants.ts";
import { seriesPerKind } from "./workload.ts";

/** Scrapes that are not counted: code is compiled, and every series has been there before. */
const warmUpScrapes = { quick: 3, full: 100 };

async function run({ rounds, seconds, quick, signal, onProgress }: BenchOptions): Promise<BenchResult> {
  const cores = findCores();
  const turns = sizes.flatMap((series) => variants.map((variant) => ({ series, variant })));
  const measure = (turn: (typeof turns)[number]) =>
    runTurn({
      ...turn,
      seconds: quick ? seconds / 10 : seconds,
      warmUpScrapes: quick ? warmUpScrapes.quick : warmUpScrapes.full,
      cores,
      signal,
    });
  // It is this process that scrapes.
  const samples = await runOn(cores?.load, () => runRounds({ variants: turns, rounds, measure, signal, onProgress }));
  const bySize = sizes.map((series) => {
    const ofSize = turns.filter((turn) => turn.series === series);
    return { series, findings: readFindings(new Map(ofSize.map((turn) => [turn.variant, samples.get(turn) ?? []]))) };
  });
  return {
    tables: bySize.map(({ series, findings }) => renderFindings(series, findings)),
    charts: Object.fromEntries(
      bySize.map(({ series, findings }) => [`scrape-${series}.svg`, renderChart(series, findings)]),
    ),
    misses: bySize.flatMap(({ series, findings }) => listMisses(series, findings)),
    notes: [
      `Versions: prom-client ${readPackageVersion("prom-client")}, @opentelemetry/exporter-prometheus ${readPackageVersion("@opentelemetry/exporter-prometheus")}`,
      `A series is a line of the text that is not a comment, as Prometheus counts: ${seriesPerKind} for each of ${sizes.map((series) => series / seriesPerKind).join(" and ")} combinations of method, route and status, of which a histogram makes ${seriesPerKind - 2}, a counter and a gauge one each.`,
      "Time from the request to the last byte, over HTTP on a kept connection, one scrape after the other, without compression: the median of a turn. Before each scrape one request of each combination is recorded, which is not measured. The last text of a turn is checked for what was recorded.",
      "OpenTelemetry's text, and so ours, holds the lines of target_info that prom-client's does not.",
      describeCores(cores, { measured: "the server", beside: "the scraper" }),
    ],
  };
}

/** What a scrape costs. */
export const scrapePart: BenchPart = {
  name: "scrape",
  title: "A scrape",
  help: "time and bytes of a scrape, beside prom-client and OpenTelemetry's exporter",
  run,
};
