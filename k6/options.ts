import type { Options } from "k6/options";
import { type LoadName, loads } from "../app/catalogue/load.ts";
import { readLoad, renderScenarios } from "./plan.ts";
import { overrides } from "./target.ts";
import { renderThresholds } from "./thresholds.ts";

/** What the summary tells of each response time; the reader of the summary needs the count. */
export const trendStats = ["count", "min", "avg", "med", "p(90)", "p(95)", "p(99)", "max"];

/** k6's options for a row of the catalogue. */
export function renderOptions(name: LoadName): Options {
  const load = readLoad(loads[name], overrides);
  return {
    scenarios: renderScenarios(load),
    thresholds: renderThresholds(load),
    summaryTrendStats: trendStats,
  };
}
