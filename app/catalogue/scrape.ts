/** What Prometheus asks, and how often. */
interface ScrapeRow {
  readonly help: string;
  readonly intervalSeconds: number;
  /** The setting that names the port, and the path behind it. */
  readonly portSetting: "PORT" | "OTEL_EXPORTER_PROMETHEUS_PORT" | "PROMETHEUS_PORT" | "ALERTMANAGER_PORT";
}

/** After this long without a sample Prometheus takes a series for gone, so longer intervals leave holes. */
export const prometheusLookbackSeconds = 300;

/** The longest interval that survives one lost scrape with time to spare. */
export const longestScrapeIntervalSeconds = 120;

export const scrapes = {
  dashboard: { help: "the dashboard_* metrics", intervalSeconds: 15, portSetting: "PORT" },
  "gozcu-otel": {
    help: "the OpenTelemetry metrics",
    intervalSeconds: 10,
    portSetting: "OTEL_EXPORTER_PROMETHEUS_PORT",
  },
  prometheus: { help: "Prometheus itself", intervalSeconds: 15, portSetting: "PROMETHEUS_PORT" },
  alertmanager: { help: "Alertmanager", intervalSeconds: 15, portSetting: "ALERTMANAGER_PORT" },
} as const satisfies Record<string, ScrapeRow>;

export type ScrapeJob = keyof typeof scrapes;

/** How long a target may take to answer: Prometheus' own default. */
export const scrapeTimeoutSeconds = 10;

/** How often Prometheus evaluates the rules. */
export const evaluationSeconds = 15;

/** What rates, means and quantiles are over: several scrapes, so that one lost changes little. */
export const rateWindowSeconds = 300;

/** The same where a load test is looked at, which is over after minutes: three scrapes at least. */
export const loadWindowSeconds = 60;
