import type { MetricRow } from "./metrics.ts";

/**
 * What a process takes of its machine, as far as OpenTelemetry's instrumentation of the Node runtime does not tell it.
 * The names are those of OpenTelemetry's semantic conventions; only that of the descriptors ends in `.count` there, which
 * Prometheus keeps for histograms.
 */
export const processMetrics = {
  "process.memory.usage": {
    kind: "gauge",
    unit: "By",
    help: "Physical memory that the process holds",
    labels: {},
    endpoint: "otel",
  },
  "process.unix.file_descriptors": {
    kind: "gauge",
    unit: "{file_descriptor}",
    help: "Files, sockets and pipes that the process has open; absent where the system has no /dev/fd",
    labels: {},
    endpoint: "otel",
  },
} as const satisfies Record<string, MetricRow>;
