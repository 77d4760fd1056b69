import { readSamples } from "../../k6/exposition.ts";

/** What a scrape's text holds. */
export interface Scrape {
  /** Its samples, without `target_info`: that one is about the process, and there is one. */
  readonly series: number;
  /** All that is written of a metric, added up. */
  sumOf(name: string): number;
}

/** Reads Prometheus' text format as far as a count needs it. */
export function readScrape(text: string): Scrape {
  const samples = readSamples(text).filter(({ name }) => name !== "target_info");
  return {
    series: samples.length,
    sumOf: (wanted) => samples.filter(({ name }) => name === wanted).reduce((sum, { value }) => sum + value, 0),
  };
}
