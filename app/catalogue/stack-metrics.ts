import { phases } from "./load.ts";
import type { MetricRow } from "./metrics.ts";
import { anyValue } from "./metrics.ts";

/** What k6 tells its series apart by. `endpoint` is the catalogue's name of it, `testid` names the run. */
const request = {
  phase: [phases.rising, phases.judged],
  endpoint: anyValue,
  status: anyValue,
  expected_response: ["true", "false"],
  testid: anyValue,
} as const;
const iteration = { scenario: anyValue, testid: anyValue } as const;
const run = { testid: anyValue } as const;

/** Metrics that the stack's own programs and Node's runtime export, as far as rules and panels use them. Their names are theirs. */
export const stackMetrics = {
  up: {
    kind: "gauge",
    unit: "1",
    help: "Whether Prometheus could scrape a target: 1 yes, 0 no",
    states: ["down", "up"],
    labels: { job: anyValue, instance: anyValue, role: ["all", "api", "worker", "stack"] },
  },
  scrape_duration_seconds: {
    kind: "gauge",
    unit: "s",
    help: "How long scraping a target took",
    labels: { job: anyValue, instance: anyValue },
  },
  scrape_samples_scraped: {
    kind: "gauge",
    unit: "{sample}",
    help: "Samples that a target exposed",
    labels: { job: anyValue, instance: anyValue },
  },
  target_info: {
    kind: "gauge",
    unit: "1",
    help: "1 for each service that sends telemetry, with what it says of itself",
    labels: { service_name: anyValue },
  },
  nodejs_eventloop_delay_p99: {
    kind: "gauge",
    unit: "s",
    help: "How late 99 of 100 callbacks of Node's event loop are at most",
    labels: {},
  },
  v8js_memory_heap_used: {
    kind: "gauge",
    unit: "By",
    help: "Heap memory that is in use, by heap space",
    labels: { v8js_heap_space_name: anyValue },
  },
  v8js_memory_heap_space_physical_size: {
    kind: "gauge",
    unit: "By",
    help: "Physical memory that the heap holds, by heap space",
    labels: { v8js_heap_space_name: anyValue },
  },
  v8js_resource_active: {
    kind: "gauge",
    unit: "{resource}",
    help: "What keeps Node's event loop alive: sockets, servers, timers and the like, by kind",
    labels: { v8js_resource_type: anyValue },
  },
  v8js_gc_duration: {
    kind: "histogram",
    unit: "s",
    help: "How long garbage collections took, by how thorough they were; major is a full one",
    labels: { v8js_gc_type: ["major", "minor", "incremental", "weakcb"] },
  },
  ALERTS: {
    kind: "gauge",
    unit: "1",
    help: "1 for each alert that Prometheus holds pending or firing",
    labels: { alertname: anyValue, alertstate: ["pending", "firing"], severity: anyValue },
  },
  prometheus_rule_evaluation_failures_total: {
    kind: "counter",
    unit: "{failure}",
    help: "Rule evaluations that failed",
    labels: { rule_group: anyValue },
  },
  prometheus_config_last_reload_successful: {
    kind: "gauge",
    unit: "1",
    help: "Whether Prometheus took the configuration and rules that it was last told of: 1 yes, 0 no",
    states: ["refused", "taken"],
    labels: { instance: anyValue },
  },
  alertmanager_config_last_reload_successful: {
    kind: "gauge",
    unit: "1",
    help: "Whether Alertmanager took the configuration that it was last told of: 1 yes, 0 no",
    states: ["refused", "taken"],
    labels: { instance: anyValue },
  },
  prometheus_tsdb_head_series: {
    kind: "gauge",
    unit: "{series}",
    help: "Series that Prometheus holds in memory",
    labels: {},
  },
  prometheus_notifications_dropped_total: {
    kind: "counter",
    unit: "{notification}",
    help: "Alerts that Prometheus could not hand to Alertmanager",
    labels: {},
  },
  alertmanager_notifications_total: {
    kind: "counter",
    unit: "{notification}",
    help: "Notifications that Alertmanager tried to send",
    labels: { integration: anyValue },
  },
  alertmanager_notifications_failed_total: {
    kind: "counter",
    unit: "{notification}",
    help: "Notifications that Alertmanager could not send, its own repetitions included",
    labels: { integration: anyValue },
  },
  alertmanager_alerts: {
    kind: "gauge",
    unit: "{alert}",
    help: "Alerts that Alertmanager holds",
    labels: { state: ["active", "suppressed", "unprocessed"] },
  },
  k6_http_reqs_total: {
    kind: "counter",
    unit: "{request}",
    help: "Requests that k6 has sent",
    labels: request,
  },
  k6_http_req_duration_p95: {
    kind: "gauge",
    unit: "s",
    help: "95 of 100 requests of k6's run so far were answered within this time",
    labels: request,
  },
  k6_iterations_total: {
    kind: "counter",
    unit: "{iteration}",
    help: "Iterations that k6 has completed",
    labels: iteration,
  },
  k6_dropped_iterations_total: {
    kind: "counter",
    unit: "{iteration}",
    help: "Iterations that were due, and that k6 could not begin: all of its virtual users were busy",
    labels: iteration,
  },
  k6_vus: {
    kind: "gauge",
    unit: "{user}",
    help: "Virtual users of k6 that are at work",
    labels: run,
  },
  k6_vus_max: {
    kind: "gauge",
    unit: "{user}",
    help: "Virtual users that k6 has made ready",
    labels: run,
  },
} as const satisfies Record<string, Omit<MetricRow, "endpoint">>;
