import { jobTypeNames, queueNames, queueStates, remediationOutcomes, serviceNames } from "./names.ts";
import { processMetrics } from "./process-metrics.ts";

/** The label takes any value; the code that records it bounds how many there are. */
export const anyValue = "any value";

/** `counter` and `updown` add up, `gauge` is read when scraped, `histogram` counts into `buckets`. */
type MetricKind = "counter" | "updown" | "gauge" | "histogram";

export interface MetricRow {
  readonly kind: MetricKind;
  /** UCUM, as OpenTelemetry wants it: `ms`, `s`, `1` for a ratio, `{job}` for a count. */
  readonly unit: string;
  readonly help: string;
  /** Attribute keys in OpenTelemetry's spelling, each with the values it may take. */
  readonly labels: Readonly<Record<string, readonly string[] | typeof anyValue>>;
  /** Labels that a series may go without. */
  readonly optional?: readonly string[];
  /** What the values 0 and 1 mean, for a metric that has no other. */
  readonly states?: readonly [string, string];
  /** Upper bounds, in `unit`. Only a histogram has them. */
  readonly buckets?: readonly number[];
  /** No query of ours asks for it: it is there for people to look up. */
  readonly reference?: true;
  /** Where it is exported: `GET /metrics`, or the OpenTelemetry port. */
  readonly endpoint: "dashboard" | "otel";
}

/** Every metric, declared once. The key is the OpenTelemetry name; {@link promName} gives the scraped one. */
export const metrics = {
  dashboard_jobs_total: {
    kind: "counter",
    unit: "{job}",
    help: "Jobs ever accepted; survives retention",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_jobs_pending: {
    kind: "gauge",
    unit: "{job}",
    help: "Jobs waiting to be processed",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_jobs_completed: {
    kind: "gauge",
    unit: "{job}",
    help: "Jobs ever completed; survives retention",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_queue_health: {
    kind: "gauge",
    unit: "1",
    help: "Queue health: 0 healthy, 1 high",
    states: ["healthy", "high"],
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_queue_oldest_wait_seconds: {
    kind: "gauge",
    unit: "s",
    help: "How long the oldest pending job has waited",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_webhook_success_rate: {
    kind: "gauge",
    unit: "1",
    help: "Deliveries that ended delivered / ended, over the last hour; absent when none ended",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_job_success_rate: {
    kind: "gauge",
    unit: "1",
    help: "Completed / (completed + failed) jobs, over the last hour; absent when none ended",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_avg_processing_time: {
    kind: "gauge",
    unit: "s",
    help: "Mean processing time of the jobs completed in the last hour; absent when there are none",
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_status: {
    kind: "gauge",
    unit: "1",
    help: "Overall status: 1 healthy, 0 degraded",
    states: ["degraded", "healthy"],
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_service_up: {
    kind: "gauge",
    unit: "1",
    help: "Whether a service is up: 1 up, 0 down",
    states: ["down", "up"],
    labels: { service: serviceNames },
    endpoint: "dashboard",
  },
  dashboard_worker_stalled: {
    kind: "gauge",
    unit: "1",
    help: "Whether jobs wait and no worker gets on with them: 1 stalled, 0 not",
    states: ["working", "stalled"],
    labels: {},
    endpoint: "dashboard",
  },
  dashboard_remediations_total: {
    kind: "counter",
    unit: "{attempt}",
    help: "Restarts that the configured remediation has tried, by how they ended",
    labels: { outcome: remediationOutcomes },
    endpoint: "dashboard",
  },
  dashboard_source_value: {
    kind: "gauge",
    unit: "1",
    help: "The last value that a telemetry source reported",
    labels: { source: anyValue, metric: anyValue },
    endpoint: "dashboard",
  },
  dashboard_source_last_report_timestamp_seconds: {
    kind: "gauge",
    unit: "s",
    help: "When a telemetry source last reported, as a Unix time",
    labels: { source: anyValue },
    endpoint: "dashboard",
  },
  webrtc_connection_time: {
    kind: "histogram",
    unit: "ms",
    help: "Time a visitor's browser took to connect by WebRTC",
    labels: {},
    buckets: [25, 50, 100, 150, 200, 300, 500, 1_000, 2_500, 5_000, 10_000],
    endpoint: "otel",
  },
  queue_wait_time: {
    kind: "histogram",
    unit: "ms",
    help: "Time from accepted to taken by a worker, first attempt only; or as a visitor's browser measured it",
    labels: { origin: ["job", "session"] },
    buckets: [10, 50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000],
    endpoint: "otel",
  },
  job_processing_time: {
    kind: "histogram",
    unit: "ms",
    help: "Time one attempt at a job took",
    labels: { job_type: jobTypeNames, outcome: ["completed", "failed", "cancelled", "retried"] },
    buckets: [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000],
    endpoint: "otel",
  },
  webhook_deliveries: {
    kind: "counter",
    unit: "{delivery}",
    help: "Webhook deliveries that ended, by how",
    labels: { outcome: ["delivered", "failed"] },
    endpoint: "otel",
  },
  active_spans: {
    kind: "updown",
    unit: "{span}",
    help: "Spans started by the telemetry library and not yet ended",
    labels: {},
    endpoint: "otel",
  },
  "http.server.request.duration": {
    kind: "histogram",
    unit: "s",
    help: "Duration of HTTP server requests",
    labels: {
      "http.request.method": anyValue,
      "http.route": anyValue,
      "http.response.status_code": anyValue,
      "url.scheme": ["http", "https"],
      "network.protocol.version": anyValue,
      "error.type": anyValue,
    },
    optional: ["error.type"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    endpoint: "otel",
  },
  requests_shed: {
    kind: "counter",
    unit: "{request}",
    help: "Requests refused with 503 because the service had too many in hand",
    labels: {},
    endpoint: "otel",
  },
  profiler_measure_duration: {
    kind: "histogram",
    unit: "ms",
    help: "What the PerformanceProfiler measured; only with ENABLE_PROFILING=true",
    labels: { measure: anyValue },
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
    endpoint: "otel",
  },
  queue_depth: {
    kind: "gauge",
    unit: "{job}",
    help: "Entries in each queue by state",
    labels: { queue: queueNames, state: queueStates },
    endpoint: "otel",
  },
  ...processMetrics,
} as const satisfies Record<string, MetricRow>;

/** Metrics that OpenTelemetry's own instrumentation of the Node runtime adds on the OpenTelemetry port. */
export const runtimeMetricPrefixes = ["nodejs_", "v8js_", "target_info"] as const;

export type MetricName = keyof typeof metrics;
type Rows = typeof metrics;

/** The names of the metrics of one kind, or exported at one endpoint. */
export type MetricOf<K extends Partial<Pick<MetricRow, "kind" | "endpoint">>> = {
  [M in MetricName]: Rows[M] extends K ? M : never;
}[MetricName];

export type HistogramName = MetricOf<{ kind: "histogram" }>;

/** The upper bounds of a histogram's buckets: the only thresholds that its buckets can tell exactly. */
export type BucketOf<M extends HistogramName> = Rows[M]["buckets"][number];

type ValueOf<L> = L extends readonly (infer V extends string)[] ? V : string | number;

type OptionalOf<M extends MetricName> = Rows[M] extends { readonly optional: readonly (infer K)[] } ? K : never;

/** The attributes that a metric must be recorded with: all of its labels but the optional ones, and no other. */
export type LabelsOf<M extends MetricName> = {
  readonly [K in Exclude<keyof Rows[M]["labels"], OptionalOf<M>>]: ValueOf<Rows[M]["labels"][K]>;
} & {
  readonly [K in Extract<keyof Rows[M]["labels"], OptionalOf<M>>]?: ValueOf<Rows[M]["labels"][K]>;
};

/** The name that Prometheus shows: dots are written as underscores, and a counter ends in `_total`. */
export function promName(name: MetricName): string {
  const base = name.replaceAll(".", "_");
  return metrics[name].kind === "counter" && !base.endsWith("_total") ? `${base}_total` : base;
}
