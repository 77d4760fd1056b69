/** What a scrape's text holds. */
export interface Scrape {
  /** Lines that are not comments, without `target_info`: that one is about the process, and there is one. */
  readonly series: number;
  /** All that is written of a metric, added up. */
  sumOf(name: string): number;
}

/** Reads Prometheus' text format as far as a count needs it. */
export function readScrape(text: string): Scrape {
  const lines = text.split("\n").filter((line) => /^[a-z]/i.test(line) && !line.startsWith("target_info"));
  return {
    series: lines.length,
    sumOf: (name) =>
      lines
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0),
  };
}
