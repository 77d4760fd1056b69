import { setTimeout as delay } from "node:timers/promises";
import { type HistoryRange, historyTiming } from "../catalogue/history.ts";
import { errorMessage } from "../error-message.ts";
import { type ChartName, chartRows, mapCharts } from "./chart-rows.ts";
import { createGrid, type HistoryGrid, listSteps } from "./history-grid.ts";
import type { HistorySource, Sample, StepValues } from "./history-source.ts";

export type { ChartName } from "./chart-rows.ts";

/** `value` is undefined where nothing is known: a gap, never 0. */
export interface HistoryPoint {
  /** When the step begins that the value is of. */
  readonly at: Date;
  /** In the unit of the chart's metric. Of the status it is the share of the time in which all was well. */
  readonly value: number | undefined;
}

export interface PanelHistory {
  readonly range: HistoryRange;
  /** Prometheus when it knows anything of the range, else what the service has recorded itself. */
  readonly source: "prometheus" | "recorded";
  readonly until: Date;
  /** One point a step, oldest first. The last step is not over yet. */
  readonly points: Readonly<Record<ChartName, readonly HistoryPoint[]>>;
}

export interface History {
  /**
   * Never rejects, and never waits for longer than its deadline: undefined when nobody can be asked. Read once for all
   * who ask within a few seconds.
   */
  read(range: HistoryRange): Promise<PanelHistory | undefined>;
  close(): Promise<void>;
}

export interface HistoryOptions {
  readonly recorded: HistorySource;
  /** Where it is known by now. */
  readonly prometheus: () => HistorySource | undefined;
  /** What is known now: it belongs to the step that is not over yet. */
  readonly current: () => Sample;
  readonly log: (level: "info" | "warn", message: string) => void;
}

/** What is worse of two values, as a chart counts it. */
function worse(chart: ChartName, one: number | undefined, other: number | undefined): number | undefined {
  const known = [one, other].filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return chartRows[chart].rule === "highest" ? Math.max(...known) : Math.min(...known);
}

/** Reads the past for the charts: from Prometheus, and what that does not know from the service's own record. */
export function createHistory({ recorded, prometheus, current, log }: HistoryOptions): History {
  const kept = new Map<HistoryRange, { readonly until: number; readonly answer: Promise<PanelHistory | undefined> }>();
  const closing = new AbortController();
  /** Prometheus is left alone until then. */
  let pausedUntil = 0;
  let failing = false;

  /** What is not there in time is as good as not known. */
  async function inTime<T>(work: Promise<T | undefined>, deadlineMs: number): Promise<T | undefined> {
    const done = new AbortController();
    const late = delay(deadlineMs, undefined, { signal: AbortSignal.any([done.signal, closing.signal]) });
    try {
      return await Promise.race([work, late.catch(() => undefined)]);
    } finally {
      done.abort();
    }
  }

  async function askPrometheus(grid: HistoryGrid): Promise<StepValues | undefined> {
    const source = prometheus();
    if (source === undefined || performance.now() < pausedUntil) return undefined;
    try {
      const values = await source.read(grid);
      if (failing) log("info", "Prometheus tells of the past again");
      failing = false;
      return values;
    } catch (error) {
      pausedUntil = performance.now() + historyTiming.prometheusPauseMs;
      if (!failing) log("warn", `the charts show what the service has recorded itself: ${errorMessage(error)}`);
      failing = true;
      return undefined;
    }
  }

  async function readNew(range: HistoryRange): Promise<PanelHistory | undefined> {
    const grid = createGrid(range, new Date());
    const [scraped, own] = await Promise.all([
      inTime(askPrometheus(grid), historyTiming.deadlineMs),
      inTime(
        recorded.read(grid).catch(() => undefined),
        historyTiming.deadlineMs,
      ),
    ]);
    if (scraped === undefined && own === undefined) return undefined;
    const now = current();
    const steps = listSteps(grid);
    const points = mapCharts((chart) =>
      steps.map((at, step) => {
        const known = scraped?.[chart][step] ?? own?.[chart][step];
        return { at, value: step === grid.steps - 1 ? worse(chart, known, now[chart]) : known };
      }),
    );
    const told = Object.values(scraped ?? {}).some((values) => values.some((value) => value !== undefined));
    return { range, source: told ? "prometheus" : "recorded", until: grid.until, points };
  }

  return {
    read(range) {
      const known = kept.get(range);
      if (known !== undefined && performance.now() < known.until) return known.answer;
      const answer = readNew(range);
      kept.set(range, { until: performance.now() + historyTiming.cacheMs, answer });
      return answer;
    },
    async close() {
      closing.abort();
      await Promise.all([...kept.values()].map(({ answer }) => answer));
    },
  };
}
