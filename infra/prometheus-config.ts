import { stringify } from "yaml";
import { longestScrapeIntervalSeconds, prometheusLookbackSeconds } from "../app/catalogue/scrape.ts";

export interface ScrapeTarget {
  readonly job: string;
  readonly intervalSeconds: number;
  /** `host:port` */
  readonly address: string;
}

/**
 * Prometheus' configuration as YAML.
 * @throws RangeError for an interval at which series would vanish between two scrapes.
 */
export function renderPrometheusConfig(targets: readonly ScrapeTarget[]): string {
  for (const { job, intervalSeconds } of targets) {
    if (intervalSeconds > 0 && intervalSeconds <= longestScrapeIntervalSeconds) continue;
    throw new RangeError(
      `job ${job} is scraped every ${intervalSeconds} s, and 1 to ${longestScrapeIntervalSeconds} s are allowed: ` +
        `Prometheus forgets a sample after ${prometheusLookbackSeconds} s, so series would vanish between scrapes`,
    );
  }
  return stringify({
    scrape_configs: targets.map(({ job, intervalSeconds, address }) => ({
      job_name: job,
      scrape_interval: `${intervalSeconds}s`,
      static_configs: [{ targets: [address] }],
    })),
  });
}
