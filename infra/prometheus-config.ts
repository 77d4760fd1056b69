import { stringify } from "yaml";
import {
  evaluationSeconds,
  longestScrapeIntervalSeconds,
  prometheusLookbackSeconds,
  type ScrapeJob,
  scrapes,
} from "../app/catalogue/scrape.ts";
import type { stackMetrics } from "../app/catalogue/stack-metrics.ts";
import { renderDuration } from "../app/telemetry/duration.ts";

export interface ScrapeTarget {
  readonly job: ScrapeJob;
  /** `host:port` */
  readonly address: string;
  /** What the process behind it does. */
  readonly role: (typeof stackMetrics.up.labels.role)[number];
}

/** How to be let in where a password is asked for. */
export interface Credentials {
  readonly username: string;
  /** The path of the file with the password. */
  readonly passwordFile: string;
}

/** Where samples are sent on to, for long-term storage. */
export interface RemoteWrite {
  readonly url: string;
  /** When it asks for a password. */
  readonly credentials?: Credentials | undefined;
}

export interface PrometheusOptions {
  readonly targets: readonly ScrapeTarget[];
  /** Paths, absolute or relative to the configuration. */
  readonly ruleFiles?: readonly string[];
  /** Where alerts are sent to: `host:port`. */
  readonly alertmanager?: string | undefined;
  /** How those let Prometheus in that ask for a password. */
  readonly credentials?: { readonly [Job in ScrapeJob]?: Credentials | undefined };
  readonly remoteWrite?: RemoteWrite | undefined;
  /** The service's name, which the job of its OpenTelemetry metrics begins with: `gozcu` unless told. */
  readonly serviceName?: string;
  /** Instead of each job's own. */
  readonly intervalSeconds?: number;
}

function renderBasicAuth(credentials: Credentials | undefined) {
  if (credentials === undefined) return {};
  return { basic_auth: { username: credentials.username, password_file: credentials.passwordFile } };
}

/** The job that is named after the service. */
const otelJob: ScrapeJob = "gozcu-otel";

function readInterval(job: ScrapeJob, intervalSeconds: number = scrapes[job].intervalSeconds): string {
  if (intervalSeconds > 0 && intervalSeconds <= longestScrapeIntervalSeconds) return renderDuration(intervalSeconds);
  throw new RangeError(
    `job ${job} is scraped every ${intervalSeconds} s, and 1 to ${longestScrapeIntervalSeconds} s are allowed: ` +
      `Prometheus forgets a sample after ${prometheusLookbackSeconds} s, so series would vanish between scrapes`,
  );
}

/**
 * Prometheus' configuration as YAML.
 * @throws RangeError for an interval at which series would vanish between two scrapes.
 */
export function renderPrometheusConfig(options: PrometheusOptions): string {
  const { targets, ruleFiles = [], alertmanager, serviceName = "gozcu", intervalSeconds } = options;
  const { credentials = {}, remoteWrite } = options;
  const jobs = [...Map.groupBy(targets, ({ job }) => job)];
  return stringify({
    global: { evaluation_interval: renderDuration(evaluationSeconds) },
    ...(ruleFiles.length > 0 && { rule_files: ruleFiles }),
    ...(alertmanager !== undefined && {
      alerting: {
        alertmanagers: [
          { ...renderBasicAuth(credentials.alertmanager), static_configs: [{ targets: [alertmanager] }] },
        ],
      },
    }),
    ...(remoteWrite !== undefined && {
      remote_write: [{ url: remoteWrite.url, ...renderBasicAuth(remoteWrite.credentials) }],
    }),
    scrape_configs: jobs.map(([job, ofJob]) => ({
      job_name: job === otelJob ? `${serviceName}-otel` : job,
      scrape_interval: readInterval(job, intervalSeconds),
      ...renderBasicAuth(credentials[job]),
      static_configs: ofJob.map(({ address, role }) => ({ targets: [address], labels: { role } })),
    })),
  });
}
